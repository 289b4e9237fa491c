// Sign-up and profile as the registration schema asks for them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, password } from '../../http/api.mjs';
import { fine, look, visitor } from '../browser.mjs';

const at = (v, name) => v.page.locator(`[name="${name}"]`);
const error = (v, name) => v.page.locator(`[id="${name}-error"]`);
const send = (v) => v.page.locator('main button[type=submit]').first()
    .click();
const label = (v, name) => v.page.locator(`label[for="${name}"]`)
    .innerText();
// The browser's own checks aside, so that ours are seen.
const trust = (v) => v.page.locator('main form').first()
    .evaluate((f) => { f.noValidate = true; });

async function fill(v, values) {
    for (const [name, value] of Object.entries(values))
        await at(v, name).fill(value);
}

async function signUp(v) {
    const email = address();
    await v.go('/signup');
    await fill(v, { email, new_password: password, FirstName: 'Ada',
        'Addresses.City': 'Rome', BirthDate: '1988-02-29',
        cf_member: '123456' });
    await at(v, 'cf_size').selectOption('l');
    await at(v, 'cf_terms').check();
    await send(v);
    assert.equal(await v.page.locator('h1').innerText(), 'Your account');
    return email;
}

test('sign-up: labels, kinds and marks of the schema\'s fields', async () => {
    const v = await visitor();
    await v.go('/signup');
    await look(v, 'schema-signup');
    assert.equal(await label(v, 'FirstName'), 'Given name');
    assert.equal(await label(v, 'LastName'), 'Family name (optional)');
    const kinds = { FirstName: 'text', BirthDate: 'date', cf_second: 'email',
        'PhoneNumbers.PhoneNumber': 'tel', cf_terms: 'checkbox',
        Gender: 'select-one', cf_size: 'select-one', About: 'textarea' };
    for (const [name, kind] of Object.entries(kinds))
        assert.equal(await at(v, name).evaluate((i) => i.type), kind, name);
    for (const [name, required] of [['FirstName', true],
        ['LastName', false], ['cf_size', true], ['cf_terms', true],
        ['IsEmailSubscribed', false], ['username', false]])
        assert.equal(await at(v, name).evaluate((i) => i.required),
            required, name);
    assert.equal(await at(v, 'FirstName').getAttribute('autocomplete'),
        'given-name');
    assert.equal(await v.page.locator('#cf_member-hint').innerText(),
        'It stands on your card.');
    assert.match(await v.page.locator('#FirstName-hint').innerText(),
        /2 to 40 characters/);
    assert.equal(await at(v, 'cf_member').getAttribute('inputmode'),
        'numeric');
    assert.deepEqual(await at(v, 'cf_size').locator('option')
        .allInnerTexts(), ['Please choose', 'Small', 'Large']);
    fine(v);
});

for (const javaScriptEnabled of [true, false])
    test('sign-up: errors stand beside their fields, what was typed stays' +
        (javaScriptEnabled ? '' : ', without script'), async () => {
        const v = await visitor({ javaScriptEnabled });
        await v.go('/signup');
        await trust(v);
        await fill(v, { email: address(), new_password: password,
            FirstName: 'A', About: '\nfirst line\n<b>second</b>',
            cf_second: 'ada@', 'PhoneNumbers.PhoneNumber': 'none' });
        await at(v, 'IsEmailSubscribed').check();
        await at(v, 'Gender').selectOption('other');
        await send(v);
        await look(v, 'schema-signup-errors');
        assert.match(await v.page.locator('[role=alert]').innerText(),
            /marked/);
        assert.match(await error(v, 'FirstName').innerText(), /at least 2/);
        assert.match(await error(v, 'Addresses.City').innerText(),
            /required/);
        assert.match(await error(v, 'cf_terms').innerText(), /ticked/);
        assert.match(await error(v, 'cf_second').innerText(),
            /Use an email/);
        assert.equal(await error(v, 'LastName').count(), 0);
        assert.equal(await at(v, 'FirstName').getAttribute('aria-invalid'),
            'true');
        assert.equal(await at(v, 'FirstName').inputValue(), 'A');
        assert.equal(await at(v, 'About').inputValue(),
            '\nfirst line\n<b>second</b>');
        assert.equal(await at(v, 'Gender').inputValue(), 'other');
        assert.equal(await at(v, 'IsEmailSubscribed').isChecked(), true);
        assert.equal(await at(v, 'cf_terms').isChecked(), false);
        assert.equal(await at(v, 'new_password').inputValue(), '');
        fine(v);
    });

test('sign-up: the rules of address and user name', async () => {
    const v = await visitor();
    await v.go('/signup');
    await trust(v);
    await fill(v, { email: 'ada@example.org', new_password: password });
    await send(v);
    assert.equal(await v.page.locator('#email-error').innerText(),
        'Use an address of example.com.');
    await trust(v);
    await fill(v, { email: address(), username: 'a!',
        new_password: password });
    await send(v);
    assert.equal(await v.page.locator('#username-error').count(), 1);
    fine(v);
});

for (const javaScriptEnabled of [true, false])
    test(`the profile is shown, changed and emptied with${
        javaScriptEnabled ? '' : 'out'} script`, async () => {
        const v = await visitor({ javaScriptEnabled });
        await signUp(v);
        await look(v, 'schema-account');
        const facts = await v.page.locator('.facts').innerText();
        for (const text of ['Rome', 'Large', '123456', 'Shirt size'])
            assert.ok(facts.includes(text), text);
        await v.page.click('a:has-text("Edit profile")');
        await look(v, 'schema-profile');
        assert.equal(await at(v, 'BirthDate').inputValue(), '1988-02-29');
        assert.equal(await at(v, 'cf_size').inputValue(), 'l');
        assert.equal(await at(v, 'cf_terms').isChecked(), true);
        assert.equal(await at(v, 'cf_member').count(), 0);
        await trust(v);
        await fill(v, { FirstName: '', LastName: 'Byron' });
        await send(v);
        await look(v, 'schema-profile-errors');
        assert.match(await error(v, 'FirstName').innerText(), /required/);
        assert.equal(await at(v, 'LastName').inputValue(), 'Byron');
        await fill(v, { FirstName: 'Augusta', BirthDate: '',
            'Addresses.City': 'Oslo', About: 'One\nTwo' });
        await at(v, 'IsEmailSubscribed').check();
        await send(v);
        assert.match(await v.page.locator('.notice').innerText(), /saved/);
        await v.page.click('a:has-text("Edit profile")');
        const now = { FirstName: 'Augusta', LastName: 'Byron', BirthDate: '',
            'Addresses.City': 'Oslo', About: 'One\nTwo', cf_size: 'l' };
        for (const [name, value] of Object.entries(now))
            assert.equal(await at(v, name).inputValue(), value, name);
        assert.equal(await at(v, 'IsEmailSubscribed').isChecked(), true);
        fine(v);
    });
