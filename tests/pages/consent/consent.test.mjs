// Privacy policy and consents, by a person in a browser.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { address, mail, password, person } from '../../http/api.mjs';
import { calm, configure, form, forms, option }
    from '../../http/consent/site.mjs';
import { fine, look, visitor } from '../browser.mjs';

after(calm);

const at = (v, name) => v.page.locator(`[name="${name}"]`);
const error = (v, name) => v.page.locator(`[id="${name}-error"]`);
const heading = (v) => v.page.locator('h1').innerText();
const send = (v, text) => v.page.getByRole('button', { name: text }).click();
// The browser's own checks aside, so that ours are seen.
const trust = (v) => v.page.locator('main form').first()
    .evaluate((f) => { f.noValidate = true; });

function site() {
    calm();
    configure({ 'privacy.mode': 'strict',
        'site.privacy_url': 'https://example.com/privacy' });
    forms(form('Register', 1, [option('terms', true), option('news')]),
        form('FirstLogin', 1, [option('age', true)]),
        form('Login', 1, [option('terms', true), option('news')]));
}

async function signIn(v, email) {
    await v.go('/login');
    await at(v, 'identifier').fill(email);
    await at(v, 'password').fill(password);
    await send(v, 'Sign in');
}

test('sign-up: boxes with labels, ours and the browser\'s checks',
    async () => {
        site();
        const v = await visitor(), email = address();
        await v.go('/signup');
        await look(v, 'consent-signup');
        assert.equal(await v.page.getByLabel(/I accept the privacy policy/)
            .isChecked(), false);
        assert.equal(await v.page.locator(
            'main a[href="https://example.com/privacy"]').count(), 1);
        assert.match(await v.page.locator('label[for="consent-news"]')
            .innerText(), /Text of news \(optional\)/);
        await at(v, 'email').fill(email);
        await at(v, 'new_password').fill(password);
        await send(v, 'Create account');
        assert.equal(await heading(v), 'Create an account');
        assert.equal(await error(v, 'consent-terms').count(), 0);
        await trust(v);
        await at(v, 'accept_policy').check();
        await send(v, 'Create account');
        assert.match(await error(v, 'consent-terms').innerText(),
            /needed to go on/);
        assert.ok(await at(v, 'accept_policy').isChecked());
        assert.ok(await at(v, 'consent-terms').evaluate((i) =>
            i === document.activeElement));
        await look(v, 'consent-signup-error');
        await at(v, 'consent-terms').check();
        await at(v, 'new_password').fill(password);
        await send(v, 'Create account');
        assert.equal(await heading(v), 'Check your mail');
        await v.page.goto((await mail(email)).link);
        await send(v, 'Confirm this address');
        // The first sign-in has a form of its own.
        await signIn(v, email);
        assert.equal(await heading(v), 'Before you go on');
        assert.equal(await at(v, 'accept_policy').count(), 0);
        await at(v, 'consent-age').check();
        await send(v, 'Go on');
        assert.equal(await heading(v), 'Your account');
        fine(v);
    });

test('sign-in stops, asks, and goes on; the account page takes it back',
    async () => {
        calm();
        const p = await person();
        const before = await visitor();
        await signIn(before, p.email);
        assert.equal(await heading(before), 'Your account');
        site();
        const v = await visitor();
        await signIn(v, p.email);
        assert.equal(await heading(v), 'Before you go on');
        await look(v, 'consent-accept');
        await trust(v);
        await send(v, 'Go on');
        assert.match(await error(v, 'accept_policy').innerText(), /Accept/);
        await look(v, 'consent-accept-error');
        await at(v, 'accept_policy').check();
        await at(v, 'consent-terms').check();
        await at(v, 'consent-news').check();
        await send(v, 'Go on');
        assert.equal(await heading(v), 'Your account');
        assert.match(await v.page.locator('main').innerText(),
            /You accepted version 1\.0/);
        assert.ok(await at(v, 'consent-news').isChecked());
        await look(v, 'consent-account');
        await at(v, 'consent-news').uncheck();
        await at(v, 'consent-terms').uncheck();
        await send(v, 'Save consents');
        assert.match(await v.page.locator('[role=status]').innerText(),
            /saved/);
        assert.equal(await at(v, 'consent-news').isChecked(), false);
        // A strict one that was withdrawn stops the next sign-in.
        const w = await visitor();
        await signIn(w, p.email);
        assert.equal(await heading(w), 'Before you go on');
        fine(v);
        fine(w);
    });
