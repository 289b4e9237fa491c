// Where one is signed in, and signing out elsewhere.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import { AUTH, call, granted, login, password, person, refused, shift }
    from '../http/api.mjs';
import { fine, usable, visitor } from './browser.mjs';

const shots = process.env.DOORWARD_SHOTS;
const press = (v, name) => v.page.getByRole('button', { name }).click();
const rows = (v) => v.page.locator('ul.rows > li');
const heading = (v) => v.page.locator('h1').innerText();

async function look(v, name) {
    await usable(v.page);
    if (!shots)
        return;
    await mkdir(shots, { recursive: true });
    for (const width of [360, 1280]) {
        await v.page.setViewportSize({ width, height: 800 });
        await v.page.screenshot({ fullPage: true,
            path: `${shots}/${name}-${width}.png` });
    }
}

async function enter(p, options) {
    const v = await visitor(options);
    await v.go('/login');
    await v.page.fill('#identifier', p.email);
    await v.page.fill('#password', password);
    await press(v, 'Sign in');
    assert.equal(await heading(v), 'Your account');
    return v;
}

const info = (token) => call('GET', `${AUTH}/access_token`, { token });
const agent = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) ' +
    'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 ' +
    'Safari/604.1';

test('this device is marked; one, the others and all are signed out (S-098)',
    async () => {
        const p = await person();
        const v = await enter(p, { javaScriptEnabled: false });
        await v.page.getByRole('link', { name: 'Where you are signed in' })
            .click();
        assert.equal(await rows(v).count(), 1);
        assert.match(await rows(v).innerText(), /this device/);
        assert.equal(await v.page.getByRole('button',
            { name: /everywhere/ }).count(), 0);
        const app = granted(await login(p, undefined, { from: '192.0.2.7',
            headers: { 'X-Origin-User-Agent': agent } }));
        const other = await enter(p);
        await v.page.reload();
        assert.equal(await rows(v).count(), 3);
        const phone = rows(v).filter({ hasText: 'Safari on iOS' });
        assert.match(await phone.innerText(), /app[\s\S]*192\.0\.2\.7/);
        await look(v, 'sessions');
        await phone.getByRole('button').click();
        assert.match(await v.page.locator('.notice').innerText(),
            /Signed out/);
        assert.equal(await rows(v).count(), 2);
        refused(await info(app.access_token), 905, 403);
        refused(await call('GET', '/identity/v2/manage/account/' +
            'access_token/refresh',
        { query: { refresh_token: app.refresh_token } }), 1217, 403);
        await press(v, 'Sign out everywhere else');
        assert.equal(await rows(v).count(), 1);
        await other.go('/account');
        assert.equal(await heading(other), 'Sign in');
        const last = await enter(p);
        await v.page.reload();
        await press(v, 'Sign out everywhere, here too');
        assert.equal(await heading(v), 'Sign in');
        await v.go('/account');
        assert.equal(await heading(v), 'Sign in');
        await last.go('/account');
        assert.equal(await heading(last), 'Sign in');
        fine(v);
    });

test('an old sign-in is asked for the password first (S-098)', async () => {
    const p = await person();
    const v = await enter(p);
    const app = granted(await login(p));
    await shift(600);
    await v.go('/account/sessions');
    await look(v, 'sessions-password');
    await v.page.fill('#password', 'wrong-wrong-1');
    await press(v, 'Sign out everywhere else');
    assert.match(await v.page.locator('#password-error').innerText(),
        /not your present password/);
    granted(await info(app.access_token));
    await v.page.fill('#password', password);
    await v.page.press('#password', 'Enter');   // says nothing of which
    assert.match(await v.page.locator('[role=alert]').innerText(),
        /Something is missing/);
    granted(await info(app.access_token));
    await v.page.fill('#password', password);
    await press(v, 'Sign out everywhere else');
    assert.equal(await rows(v).count(), 1);
    refused(await info(app.access_token), 905, 403);
    await shift(0);
    fine(v);
});
