// One's addresses, user name and the account's end, as a person does it.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import { AUTH, address, call, granted, mail, password, person, shift }
    from '../http/api.mjs';
import { fine, usable, visitor } from './browser.mjs';

const shots = process.env.DOORWARD_SHOTS;

async function look(v, name) {
    await usable(v.page);
    if (!shots)
        return;
    await mkdir(shots, { recursive: true });
    for (const width of [360, 1280])
        for (const colorScheme of ['light', 'dark']) {
            await v.page.setViewportSize({ width, height: 800 });
            await v.page.emulateMedia({ colorScheme,
                reducedMotion: 'reduce' });
            await v.page.screenshot({ fullPage: true,
                path: `${shots}/${name}-${width}-${colorScheme}.png` });
        }
}

const heading = (v) => v.page.locator('h1').innerText();
const text = (v) => v.page.locator('main').innerText();
const notice = (v) => v.page.locator('.notice').innerText();
const alert = (v) => v.page.locator('[role=alert]').innerText();
const press = (v, name) => v.page.getByRole('button', { name }).click();
const open = (v, name) => v.page.getByRole('link', { name }).click();

async function signedIn(options) {
    const p = await person();
    const v = await visitor(options);
    await v.go('/login');
    await v.page.fill('#identifier', p.email);
    await v.page.fill('#password', password);
    await press(v, 'Sign in');
    assert.equal(await heading(v), 'Your account');
    return { ...v, p };
}

for (const javaScriptEnabled of [true, false])
    test(`addresses: add, confirm, make primary, remove, ` +
        `with${javaScriptEnabled ? '' : 'out'} script (S-046, S-102)`,
    async () => {
        const v = await signedIn({ javaScriptEnabled });
        const email = address();
        await look(v, 'account-one');
        assert.equal(await v.page.getByRole('link',
            { name: /^Remove/ }).count(), 0);   // the only one stays
        await open(v, 'Add an address');
        await look(v, 'address-add');
        await v.page.fill('#email', 'no address');
        await press(v, 'Send the message');
        assert.match(await v.page.locator('#email-error').innerText(),
            /email address/);
        await look(v, 'address-add-wrong');
        await v.page.fill('#email', email);
        await press(v, 'Send the message');
        assert.match(await notice(v), /sent a message/);
        assert.match(await text(v), new RegExp(`${email} not confirmed`));
        await look(v, 'account-waiting');
        await press(v, /^Send the message again/);
        assert.equal(await heading(v), 'Check your mail');
        await v.page.goto((await mail(email, 2)).link);
        assert.match(await text(v), new RegExp(email));
        await look(v, 'verify-added');
        await press(v, 'Confirm this address');
        assert.match(await notice(v), /confirmed/);
        await look(v, 'account-two');
        await open(v, new RegExp(`^Make primary\\s+${email}`));
        await look(v, 'address-primary');
        await press(v, 'Make it the primary address');
        assert.match(await notice(v), /primary address is changed/);
        assert.match(await text(v), new RegExp(`${email} primary`));
        await open(v, new RegExp(`^Remove\\s+${v.p.email}`));
        await look(v, 'address-remove');
        await press(v, 'Remove this address');
        assert.match(await notice(v), /removed/);
        assert.doesNotMatch(await text(v), new RegExp(v.p.email));
        fine(v);
    });

test('addresses: what is gone or foreign is refused in words', async () => {
    const v = await signedIn();
    await v.go(`/account/address/remove?email=${address()}`);
    await press(v, 'Remove this address');
    assert.match(await alert(v), /no confirmed address/);
    await v.go(`/account/address/remove?email=${v.p.email}`);
    await press(v, 'Remove this address');
    assert.match(await alert(v), /only address/);
    await look(v, 'address-remove-refused');
    await v.go('/account/address/remove');
    assert.equal(await heading(v), 'Your account');
    await v.go('/account/address/primary');
    assert.equal(await heading(v), 'Your account');
    fine(v);
});

test('a changed primary address is put back by the mail to the old one ' +
    '(S-046)', async () => {
    const v = await signedIn();
    const email = address();
    await open(v, 'Add an address');
    await v.page.fill('#email', email);
    await v.page.check('#primary');
    await press(v, 'Send the message');
    assert.match(await text(v), /becomes the primary address/);
    await v.page.goto((await mail(email)).link);
    await press(v, 'Confirm this address');
    assert.match(await text(v), new RegExp(`${email} primary`));
    const told = await mail(v.p.email, 2);
    const owner = await visitor();
    await owner.page.goto(told.link);
    assert.match(await text(owner), new RegExp(v.p.email));
    await look(owner, 'undo');
    await press(owner, 'Undo the change');
    assert.match(await notice(owner), /undone/);
    await look(owner, 'forgot-undone');
    await v.go('/account');
    assert.equal(await heading(v), 'Sign in');
    await owner.page.goto(told.link);
    assert.match(await alert(owner), /used already/);
    await look(owner, 'undo-over');
    await owner.go('/undo');
    assert.match(await alert(owner), /not valid/);
    await v.page.fill('#identifier', v.p.email);
    await v.page.fill('#password', password);
    await press(v, 'Sign in');
    assert.doesNotMatch(await text(v), new RegExp(email));
    fine(v);
    fine(owner);
});

test('a sign-in of some minutes ago is asked for the password (S-046)',
    async () => {
        const v = await signedIn();
        await shift(400);
        try {
            await open(v, 'Delete my account');
            await look(v, 'delete-ask-password');
            await v.page.fill('#password', 'not-the-password');
            await press(v, 'Send me the message');
            assert.match(await v.page.locator('#password-error').innerText(),
                /not your present password/);
            await look(v, 'delete-ask-wrong');
            await v.go('/account/address/add');
            await v.page.fill('#email', address());
            await v.page.fill('#password', 'not-the-password');
            await press(v, 'Send the message');
            assert.equal(await v.page.locator('#password-error').count(), 1);
            await look(v, 'address-add-password');
            await v.page.fill('#password', password);
            await press(v, 'Send the message');
            assert.match(await notice(v), /sent a message/);
            fine(v);
        } finally {
            await shift(0);
        }
    });

test('user name: choose one', async () => {
    const v = await signedIn();
    const name = `n${address().slice(1, 12)}`;
    await open(v, 'Choose one');
    await look(v, 'username');
    await v.page.fill('#username', 'a b');
    await press(v, 'Save the user name');
    assert.match(await v.page.locator('#username-error').innerText(),
        /no spaces/);
    await v.page.fill('#username', name);
    await press(v, 'Save the user name');
    assert.match(await notice(v), /user name is saved/);
    assert.match(await text(v), new RegExp(name));
    fine(v);
});

test('deletion: nothing happens before the button of the link (S-037)',
    async () => {
        const v = await signedIn();
        await open(v, 'Delete my account');
        await look(v, 'delete-ask');
        await press(v, 'Send me the message');
        assert.match(await text(v), new RegExp(v.p.email));
        await look(v, 'delete-sent');
        const { link, token } = await mail(v.p.email, 2);
        const other = await visitor();      // the link opened elsewhere
        await other.page.goto(link);
        assert.match(await text(other), new RegExp(v.p.email));
        await look(other, 'delete');
        granted(await call('POST', `${AUTH}/login`,
            { json: { email: v.p.email, password } }));
        await press(other, 'Delete my account for good');
        assert.match(await notice(other), /deleted/);
        await look(other, 'login-deleted');
        await v.go('/account');
        assert.equal(await heading(v), 'Sign in');
        await other.page.goto(link);
        assert.match(await alert(other), /not valid/);
        await look(other, 'delete-over');
        for (const r of other.requests)
            assert.ok(!r.referer?.includes(token), r.url);
        fine(v);
        fine(other);
    });
