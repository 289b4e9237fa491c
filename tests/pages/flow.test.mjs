// The main job as a person does it: sign up, verify, sign in, change the
// password, sign out, forget it, reset it, sign in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, base, mail, mails, password } from '../http/api.mjs';
import { fine, look, visitor } from './browser.mjs';

const next = 'violet-harbour-88';

const heading = (v) => v.page.locator('h1').innerText();
const send = (v) => v.page.locator('main button[type=submit]').first()
    .click();

async function signUp(v, email) {
    await v.go('/signup');
    await look(v, 'signup');
    await v.page.fill('#email', email);
    await v.page.fill('#new_password', password);
    await send(v);
    assert.equal(await heading(v), 'Check your mail');
    await look(v, 'check-mail');
}

async function signIn(v, email, word) {
    await v.page.fill('#identifier', email);
    await v.page.fill('#password', word);
    await send(v);
}

async function person(v) {
    const email = address();
    await signUp(v, email);
    await v.page.goto((await mail(email)).link);
    await send(v);
    await signIn(v, email, password);
    assert.equal(await heading(v), 'Your account');
    return email;
}

for (const javaScriptEnabled of [true, false])
    test(`the whole flow with${javaScriptEnabled ? '' : 'out'} script, ` +
        'each page usable, no fault of the content policy (S-102, S-106)',
    async () => {
        const v = await visitor({ javaScriptEnabled });
        const email = address();
        await signUp(v, email);
        await v.page.goto((await mail(email)).link);
        assert.match(await v.page.locator('main').innerText(),
            new RegExp(email));
        await look(v, 'verify');
        await send(v);
        assert.match(await v.page.locator('.notice').innerText(),
            /confirmed/);
        await look(v, 'login-verified');
        await signIn(v, email, 'not-the-password');
        assert.match(await v.page.locator('[role=alert]').innerText(),
            /do not match/);
        assert.equal(await v.page.inputValue('#identifier'), email);
        assert.equal(await v.page.inputValue('#password'), '');
        await look(v, 'login-refused');
        await signIn(v, email, password);
        assert.equal(await heading(v), 'Your account');
        await look(v, 'account');
        await v.page.click('a:has-text("Change password")');
        await look(v, 'password');
        await v.page.fill('#password', password);
        await v.page.fill('#new_password', 'password1');
        await send(v);
        assert.match(await v.page.locator('#new_password-error')
            .innerText(), /too easy/);
        await look(v, 'password-weak');
        await v.page.fill('#password', password);
        await v.page.fill('#new_password', 'amber-lantern-93');
        await send(v);
        assert.match(await v.page.locator('.notice').innerText(),
            /password is changed/);
        await v.page.click('button:has-text("Sign out")');
        assert.match(await v.page.locator('.notice').innerText(),
            /signed out/);
        await v.page.click('a:has-text("Forgot")');
        await look(v, 'forgot');
        const before = (await mails(email)).length;
        await v.page.fill('#identifier', email);
        await send(v);
        assert.equal(await heading(v), 'Check your mail');
        await look(v, 'forgot-sent');
        await v.page.goto((await mail(email, before + 1)).link);
        await look(v, 'reset');
        await v.page.fill('#new_password', next);
        await send(v);
        assert.match(await v.page.locator('.notice').innerText(),
            /new one/);
        await signIn(v, email, next);
        assert.equal(await heading(v), 'Your account');
        fine(v);
    });

test('the keyboard alone signs up and in', async () => {
    const v = await visitor();
    // By autofocus, which comes a moment after the page.
    const focused = (id) => v.page.waitForSelector(`#${id}:focus`);
    const email = address();
    await v.go('/signup');
    await focused('email');
    await v.page.keyboard.type(email);
    while (await v.page.evaluate(() => document.activeElement.id) !==
        'new_password')
        await v.page.keyboard.press('Tab');
    await v.page.keyboard.type(password);
    await v.page.keyboard.press('Enter');
    await v.page.waitForSelector('h1:has-text("Check your mail")');
    await v.page.goto((await mail(email)).link);
    while (await v.page.evaluate(() => document.activeElement.innerText) !==
        'Confirm this address')
        await v.page.keyboard.press('Tab');
    await v.page.keyboard.press('Enter');
    await focused('identifier');
    await v.page.keyboard.type(email);
    await v.page.keyboard.press('Tab');
    await v.page.keyboard.type(password);
    await v.page.keyboard.press('Enter');
    await v.page.waitForSelector('h1:has-text("Your account")');
    fine(v);
});

test('the ticket leaks to nobody (S-038, F-24)', async () => {
    const v = await visitor();
    const email = address();
    await signUp(v, email);
    const { link, token } = await mail(email);
    v.requests.length = 0;
    await v.page.goto(link);
    for (const a of await v.page.locator('a[href]').all())
        assert.ok(!(await a.getAttribute('href')).includes(token));
    await v.page.click('.brand');
    for (const r of v.requests.slice(1)) {
        assert.ok(!(r.referer ?? '').includes(token), r.url);
        assert.ok(!r.url.includes(token), r.url);
    }
});

test('a mail scanner spends nothing (S-037, F-17)', async () => {
    const v = await visitor();
    const email = address();
    await signUp(v, email);
    const { link } = await mail(email);
    for (const method of ['HEAD', 'GET', 'GET', 'GET']) {
        const answer = await fetch(link, { method });
        assert.equal(answer.status, 200);
        assert.ok(!/doorward=/.test(answer.headers.get('set-cookie')));
    }
    await v.page.goto(link);
    await send(v);
    assert.match(await v.page.locator('.notice').innerText(), /confirmed/);
    await v.page.goto(link);
    assert.match(await v.page.locator('[role=alert]').innerText(),
        /used already/);
    await look(v, 'verify-used');
});

test('a link opened elsewhere signs nobody in (S-039)', async () => {
    const owner = await visitor(), other = await visitor();
    const email = address();
    await signUp(owner, email);
    const mine = await person(other);
    await other.page.goto((await mail(email)).link);
    await send(other);
    assert.match(await other.page.locator('main').innerText(),
        new RegExp(mine));
    await owner.go('/account');
    assert.equal(await heading(owner), 'Sign in');
});

test('the owner hears of a sign-in from another browser (S-050)',
    async () => {
        const v = await visitor(), other = await visitor();
        const email = await person(v);
        const before = (await mails(email)).length;
        await v.context.clearCookies({ name: 'doorward' });
        await v.go('/login');
        await signIn(v, email, password);
        assert.equal(await heading(v), 'Your account');
        await other.go('/login');
        await signIn(other, email, password);
        assert.equal(await heading(other), 'Your account');
        const told = await mail(email, before + 1);
        assert.match(told.subject, /new sign-in/i);
        assert.match(told.text, /was\s+not used for it before/);
        assert.equal((await mails(email)).length, before + 1);
        fine(v);
        fine(other);
    });

test('after sign-out the back button shows no account (S-105)', async () => {
    const v = await visitor();
    await person(v);
    await v.page.click('button:has-text("Sign out")');
    await v.page.waitForSelector('.notice');
    await v.page.goBack({ waitUntil: 'commit' });
    await v.page.waitForSelector('#identifier');
    assert.equal(await heading(v), 'Sign in');
});

test('hostile texts stay texts (S-104)', async () => {
    const v = await visitor();
    let ran = false;
    v.page.on('dialog', (d) => { ran = true; d.dismiss(); });
    const bad = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
    for (const [path, field] of [['/login', '#identifier'],
        ['/forgot', '#identifier'], ['/signup', '#email'],
        ['/check-mail', '#email'], ['/verify', '#email']]) {
        await v.go(`${path}?return=${encodeURIComponent(bad)}`);
        await v.page.fill(field, bad);
        for (const id of ['#password', '#new_password', '#code'])
            if (await v.page.locator(id).count())
                await v.page.fill(id, bad);
        await send(v);
        assert.equal(await v.page.locator('main script, main img').count(),
            0);
    }
    await v.go(`/verify?vtoken=${encodeURIComponent(bad)}`);
    await v.go('/no/such<script>alert(1)</script>');
    await look(v, 'error');
    assert.equal(ran, false);
    fine(v);
});

test('sign-up tells nobody that an address is known (S-019)', async () => {
    const v = await visitor(), w = await visitor();
    const email = await person(v);
    await signUp(w, email);
    const known = await w.page.locator('main').innerText();
    const fresh = address();
    await signUp(w, fresh);
    assert.equal((await w.page.locator('main').innerText())
        .replaceAll(fresh, email), known);
    assert.equal((await mails(email)).length >= 1, true);
});

test('return: to admitted places alone (S-036, F-23)', async () => {
    const v = await visitor();
    const email = await person(v);
    const bad = ['https://evil.example/', '//evil.example', '/\\evil.example',
        'https://app.example.org/docss',
        'https://app.example.org.evil.example/docs',
        'https://app.example.org\\@evil.example/docs',
        'https://app.example.org/docs/../admin',
        'https://app.example.org:443@evil.example/docs'];
    for (const to of bad) {
        await v.go(`/login?return=${encodeURIComponent(to)}`);
        assert.equal(await v.page.locator('input[name=return]').count(), 0,
            to);
    }
    await v.page.click('button:has-text("Sign out")');
    await v.go('/login?return=' +
        encodeURIComponent('/account/password?x=1'));
    await signIn(v, email, password);
    assert.equal(v.page.url(), `${base}/account/password?x=1`);
});
