// Signing in by a link or a code, and answering a device, in a browser.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { AUTH, address, base, call, granted, mail, password, person, phone,
    smsCode, sott } from '../../http/api.mjs';
import { fine, look, visitor } from '../browser.mjs';

const heading = (v) => v.page.locator('h1').innerText();
const press = (v) => v.page.locator('main button[type=submit]').first()
    .click();
const whole = async (email, n) => /https?:\S*vtoken=\S*/.exec(
    (await mail(email, n)).text)[0];

for (const javaScriptEnabled of [true, false])
    test('a link by mail, opened in another browser; JavaScript ' +
        `${javaScriptEnabled ? 'on' : 'off'} (S-037, S-038, S-039)`,
    async () => {
        const p = await person();
        const v = await visitor({ javaScriptEnabled });
        const other = await visitor({ javaScriptEnabled });
        await v.go('/login');
        await look(v, 'login-passwordless');
        await v.page.click('text=Send me a link or code instead');
        assert.equal(await heading(v), 'Sign in without a password');
        await look(v, 'passwordless');
        await v.page.fill('#identifier', p.email);
        await press(v);
        assert.equal(await heading(v), 'Check your mail');
        await look(v, 'passwordless-sent');
        await other.page.goto(await whole(p.email, 2));
        assert.ok((await other.page.locator('main').innerText())
            .includes(p.email));
        await look(other, 'passwordless-link');
        await press(other);
        assert.equal(await heading(other), 'Your account');
        await v.go('/account');
        assert.equal(await heading(v), 'Sign in');
        await v.page.goto(await whole(p.email, 2));
        await look(v, 'passwordless-link-used');
        for (const r of [...v.requests, ...other.requests])
            assert.ok(!/vtoken/.test(r.referer ?? ''), r.referer);
        fine(v);
        fine(other);
    });

test('somebody else is signed in here, and is asked (S-039)', async () => {
    const p = await person(), q = await person();
    const v = await visitor();
    await v.go('/login');
    await v.page.fill('#identifier', q.email);
    await v.page.fill('#password', password);
    await press(v);
    granted(await call('GET', `${AUTH}/login/passwordlesslogin/email`,
        { query: { email: p.email } }));
    await v.page.goto(await whole(p.email, 2));
    if (!(await v.page.locator('main').innerText()).includes(q.email))
        await press(v);
    assert.ok((await v.page.locator('main').innerText()).includes(q.email));
    await look(v, 'passwordless-link-other');
    await v.page.click('text=Sign in to this account instead');
    assert.equal(await heading(v), 'Your account');
    assert.ok((await v.page.locator('.who').innerText()).includes(p.email));
    fine(v);
});

test('a code by text message', async () => {
    const number = phone(), v = await visitor();
    granted(await call('POST', `${AUTH}/register`, {
        headers: { 'X-Doorward-Sott': await sott() },
        json: { PhoneId: number, Password: password } }));
    granted(await call('PUT', `${AUTH}/phone/otp`, { json: { phone: number,
        otp: await smsCode(number) } }));
    await v.go('/passwordless');
    await v.page.fill('#identifier', number);
    await press(v);
    assert.equal(await heading(v), 'Type in the code');
    await look(v, 'passwordless-code');
    const otp = await smsCode(number, 2);
    await v.page.fill('#code', otp === '000000' ? '111111' : '000000');
    await press(v);
    assert.match(await v.page.locator('#code-error').innerText(),
        /not valid/);
    await look(v, 'passwordless-code-wrong');
    await v.page.fill('#code', otp);
    await press(v);
    assert.equal(await heading(v), 'Your account');
    fine(v);
});

for (const javaScriptEnabled of [true, false])
    test('one-touch: who asks, the number, yes; JavaScript ' +
        `${javaScriptEnabled ? 'on' : 'off'} (S-040)`, async () => {
        const email = address(), v = await visitor({ javaScriptEnabled });
        const { Number: number } = granted(await call('POST',
            `${AUTH}/onetouchlogin/email`, { json: { email,
                clientguid: randomUUID() } })).Data;
        await v.page.goto(await whole(email, 1));
        assert.equal(await heading(v), 'Sign in another device?');
        await look(v, 'one-touch');
        await v.page.locator('button[value=yes]').click();
        assert.match(await v.page.locator('main').innerText(),
            /Choose the number/);
        await look(v, 'one-touch-number');
        await v.page.locator(`label:has-text("${number}")`).click();
        await v.page.locator('button[value=yes]').click();
        assert.equal(await heading(v), 'The other device is being signed in');
        await look(v, 'one-touch-done');
        await v.page.goto(`${base}/one-touch?vtoken=x`);
        await look(v, 'one-touch-over');
        fine(v);
    });
