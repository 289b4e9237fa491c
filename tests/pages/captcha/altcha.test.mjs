// Pages that demand an answer of ALTCHA, in a browser: our own solver.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import { address, base, login, mail, password } from '../../http/api.mjs';
import { fine, usable, visitor } from '../browser.mjs';

const next = 'violet-harbour-88';
const heading = (v) => v.page.locator('h1').innerText();
const send = (v) => v.page.locator('main button[type=submit]').first()
    .click();
const status = (v) => v.page.locator('[data-altcha]');
const asked = (v) => v.requests.filter((r) =>
    r.url.startsWith(`${base}/altcha`)).length;

async function settled(v, text = /Checked/) {
    for (let i = 0; i < 200; i++) {
        if (text.test(await status(v).innerText()))
            return;
        await v.page.waitForTimeout(50);
    }
    assert.fail(`the solver says: ${await status(v).innerText()}`);
}

async function fill(v, email = address(), word = password) {
    await v.page.fill('#email', email);
    await v.page.fill('#new_password', word);
    return email;
}

// Without the page's own eval, which the content policy forbids.
const arrives = (v, title) => v.page.locator('h1', { hasText: title })
    .waitFor({ timeout: 20000 });

async function shots(v, name) {
    const folder = process.env.DOORWARD_SHOTS;
    if (!folder)
        return;
    await mkdir(folder, { recursive: true });
    for (const width of [360, 1280])
        for (const colorScheme of ['light', 'dark']) {
            await v.page.setViewportSize({ width, height: 800 });
            await v.page.emulateMedia({ colorScheme });
            await v.page.screenshot({ fullPage: true,
                path: `${folder}/${name}-${width}-${colorScheme}.png` });
        }
}

test('sign up: solved while the form is filled in, nothing to press, no ' +
    'fault of the content policy (S-025, S-102)', async () => {
        const v = await visitor();
        await v.go('/signup');
        await usable(v.page, { scripts: true });
        await settled(v);
        await usable(v.page, { scripts: true });
        await shots(v, 'signup-altcha');
        const email = await fill(v);
        await send(v);
        await arrives(v, 'Check your mail');
        await usable(v.page);
        await v.page.goto((await mail(email)).link);
        await send(v);
        await v.page.fill('#identifier', email);
        await v.page.fill('#password', password);
        await send(v);
        assert.equal(await heading(v), 'Your account');
        // The other forms that demand an answer.
        await v.go('/account/profile');
        await usable(v.page, { scripts: true });
        await v.page.getByLabel('Family name').fill('Lovelace');
        await send(v);
        await arrives(v, 'Your account');
        await v.go('/account/password');
        await usable(v.page, { scripts: true });
        await settled(v);
        await v.page.fill('#password', password);
        await v.page.fill('#new_password', next);
        await send(v);
        await arrives(v, 'Your account');
        fine(v);
        const w = await visitor();
        await w.go('/forgot');
        await usable(w.page, { scripts: true });
        await w.page.fill('#identifier', email);
        await send(w);
        await w.page.locator('#identifier').waitFor({ state: 'detached' });
        assert.ok((await mail(email, 3)).link);
        fine(w);
        assert.equal(asked(v), 3);
    });

test('sign up: pressed before it is solved, the form waits and goes by ' +
    'itself', async () => {
        const v = await visitor();
        await v.page.route(/\/altcha\?/, async (route) => {
            await new Promise((done) => setTimeout(done, 1000));
            await route.continue();
        });
        await v.go('/signup');
        await fill(v);
        await v.page.locator('main button[type=submit]').first()
            .click({ noWaitAfter: true });
        assert.match(await status(v).innerText(), /Checking/);
        assert.equal(await heading(v), 'Create an account');
        await arrives(v, 'Check your mail');
        assert.equal(asked(v), 1);
        fine(v);
    });

test('sign up: after an error, and after going back, there is a new answer',
    async () => {
        const v = await visitor();
        await v.go('/signup');
        const email = await fill(v, address(), 'password1');
        await send(v);
        await v.page.waitForSelector('[role=alert]');
        assert.equal(await v.page.inputValue('#email'), email);
        await usable(v.page, { scripts: true });
        await fill(v, email);
        await send(v);
        await arrives(v, 'Check your mail');
        await v.go('/signup');
        await fill(v);
        await send(v);
        await arrives(v, 'Check your mail');
        await v.page.goBack();
        await settled(v);
        await fill(v);
        await send(v);
        await arrives(v, 'Check your mail');
        fine(v);
    });

test('sign up: no challenge to be had is told, and the button tries again',
    async () => {
        const v = await visitor();
        let down = true;
        await v.page.route(/\/altcha\?/, (route) =>
            down ? route.fulfill({ status: 429, body: '{}' }) :
                route.continue());
        await v.go('/signup');
        await settled(v, /did not work/);
        await fill(v);
        await send(v);
        await settled(v, /did not work/);
        assert.equal(await heading(v), 'Create an account');
        down = false;
        await send(v);
        await arrives(v, 'Check your mail');
        fine(v);
    });

test('sign up: an answer that has grown old is made anew before the form ' +
    'goes', async () => {
        const v = await visitor();
        await v.go('/signup');
        await settled(v);
        await v.page.evaluate(() => {
            const now = Date.now;
            Date.now = () => now() + 600000;
        });
        await fill(v);
        await send(v);
        await arrives(v, 'Check your mail');
        assert.equal(asked(v), 2);
        fine(v);
    });

test('sign up: a browser whose clock is wrong needs one answer', async () => {
    const v = await visitor();
    await v.page.addInitScript(() => {
        const now = Date.now;
        Date.now = () => now() + 86400000;
    });
    await v.go('/signup');
    await settled(v);
    await fill(v);
    await send(v);
    await arrives(v, 'Check your mail');
    assert.equal(asked(v), 1);
});

test('sign up: without script it is told what is missing, and refused ' +
    '(S-025)', async () => {
        const v = await visitor({ javaScriptEnabled: false });
        await v.go('/signup');
        await fill(v);
        assert.match(await v.page.locator('.captcha').innerText(),
            /JavaScript/);
        await send(v);
        assert.equal(await heading(v), 'Create an account');
        assert.match(await v.page.locator('[role=alert]').innerText(),
            /marked/);
        assert.match(await v.page.locator('.captcha .error').innerText(),
            /robots/);
        await usable(v.page, { scripts: true });
        await v.go('/forgot');
        await v.page.fill('#identifier', address());
        await send(v);
        assert.match(await v.page.locator('.captcha .error').innerText(),
            /robots/);
        fine(v);
    });

test('sign in: a locked name is opened by an answer, in the same form ' +
    '(S-016, S-023, S-102)', async () => {
        const v = await visitor();
        await v.go('/signup');
        const email = await fill(v);
        await send(v);
        await arrives(v, 'Check your mail');
        await v.page.goto((await mail(email)).link);
        await send(v);
        const enter = async (w, name, word) => {
            await w.page.fill('#identifier', name);
            await w.page.fill('#password', word);
            await send(w);
        };
        // Somebody else locks it; and a name that nobody has alike.
        const texts = [];
        const known = await visitor(), unknown = await visitor();
        for (const [w, name] of [[known, email], [unknown, address()]]) {
            await w.go('/login');
            assert.equal(await w.page.locator('script').count(), 0);
            for (let i = 0; i < 4; i++)
                await enter(w, name, 'not-the-password');
            await usable(w.page, { scripts: true });
            texts.push(await w.page.locator('.captcha .error').innerText());
            await settled(w);
            await enter(w, name, 'not-the-password');
            assert.match(await w.page.locator('main').innerText(),
                /do not match|too many attempts/);
        }
        assert.equal(texts[0], texts[1]);
        await v.go('/login');
        await enter(v, email, password);
        assert.match(await v.page.locator('.captcha .error').innerText(),
            /too many attempts/);
        await enter(v, email, password);
        await arrives(v, 'Your account');
        // One answer does what the form demands and opens the lock.
        for (let i = 0; i < 4; i++)
            await login({ email }, 'not-the-password');
        await v.go('/account/password');
        await settled(v);
        await v.page.fill('#password', password);
        await v.page.fill('#new_password', next);
        await send(v);
        await arrives(v, 'Your account');
        for (const w of [v, known, unknown])
            fine(w);
    });
