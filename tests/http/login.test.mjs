// LG1, LG2.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, address, call, granted, guid, login, password, person,
    refused, source, time } from './api.mjs';

const ask = (json, options) => call('POST', `${AUTH}/login`,
    { json, ...options });

test('LG1: a session with profile and tokens', async () => {
    const p = await person();
    const a = granted(await login(p));
    assert.match(a.access_token, guid);
    assert.match(a.refresh_token, guid);
    assert.match(a.expires_in, time);
    assert.equal(a.Profile.Email[0].Value, p.email);
    assert.equal(a.Profile.NoOfLogins, 1);
    const b = granted(await login(p));
    assert.notEqual(b.access_token, a.access_token);
    assert.equal(b.Profile.NoOfLogins, 2);
    assert.equal(b.Profile.FirstLogin, false);
});

test('LG1: the address in any case, the password to the letter', async () => {
    const p = await person();
    granted(await ask({ Email: p.email.toUpperCase(), password },
        { from: p.from }));
    for (const word of [` ${password}`, `${password} `,
        password.toUpperCase()])
        refused(await login(p, word), 966, 401);
});

test('LG1: unknown, wrong and unproven-wrong are one answer (S-016)',
    async () => {
        const p = await person();
        const a = await ask({ email: p.email, password: 'wrong-one-1' });
        const b = await ask({ email: address(), password: 'wrong-one-1' });
        refused(a, 966, 401);
        assert.equal(a.text, b.text);
        assert.equal(a.status, b.status);
    });

test('LG1: right words of strangers are refused, however long', async () => {
    const p = await person();
    refused(await login(p, 'x'.repeat(2000)), 966, 401);
});

test('LG1: what is missing is named', async () => {
    refused(await ask({ email: address() }), 1089, 400);
    refused(await ask({ email: address(), password: '' }), 1089, 400);
    refused(await ask({ password }), 1141, 400);
    refused(await ask({}), 1141, 400);
    refused(await ask({ email: '', password }), 1141, 400);
    refused(await ask({ email: 'nobody', password }), 1038, 400);
    refused(await ask({ email: [address()], password }), 1090, 400);
    refused(await ask({ email: address(), password: 1 }), 1090, 400);
});

test('LG1: failures suspend known and unknown alike (S-016, S-021)',
    async () => {
        const p = await person();
        const q = { email: address(), from: source() };
        const codes = [];
        for (const who of [p, q]) {
            const seen = [];
            for (let i = 0; i < 12; i++)
                seen.push((await login(who, 'wrong-one-1')).json.ErrorCode);
            codes.push(seen.join());
        }
        assert.equal(codes[0], codes[1]);
        assert.match(codes[0], /^(966,){10}1198,1198$/);
        const a = await login(p);
        refused(a, 1198, 403);
        assert.match(a.json.Data.LoginLockedTimeout, time);
        assert.ok(Number(a.headers.get('retry-after')) > 0);
        const left = Date.parse(a.json.Data.LoginLockedTimeout) - Date.now();
        assert.ok(Math.abs(left / 1000 -
            Number(a.headers.get('retry-after'))) < 3600);
    });

test('LG1: 20 right passwords at once are 20 sessions (F-15)', async () => {
    const p = await person();
    const all = await Promise.all(Array.from({ length: 20 }, () =>
        login(p)));
    const tokens = new Set(all.map((a) => granted(a).access_token));
    assert.equal(tokens.size, 20);
});

test('LG1: a link elsewhere must be on the allow-list', async () => {
    const p = await person();
    refused(await login(p, password, { query: {
        verificationurl: 'https://evil.example/' } }), 1249, 403);
    granted(await login(p, password, { query: { loginUrl:
        'https://anywhere.example/', isVoiceOtp: '', smsTemplate: '' } }));
});

test('LG2: by user name', async (t) => {
    const username = `u${address().slice(1, 13)}`;
    const a = await ask({ username, password });
    if (a.json.ErrorCode === 1238)
        return t.skip('login.username is off');
    refused(a, 966, 401);
    refused(await ask({ username, password: '' }), 1089, 400);
    const p = await person({ body: { UserName: username } });
    const b = granted(await ask({ UserName: username.toUpperCase(),
        Password: password }, { from: p.from }));
    assert.equal(b.Profile.UserName, username);
    return undefined;
});
