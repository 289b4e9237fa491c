// Where too many failures ask for a CAPTCHA: ALTCHA, solved by its own
// library.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { AUTH, address, call, granted, login, password, refused, signedIn,
    source } from '../api.mjs';

globalThis.crypto ??= webcrypto;

async function solved(operation) {
    const challenge = granted(await call('GET', '/altcha',
        { query: { operation } }));
    const solution = await solveChallenge({ challenge, deriveKey });
    return Buffer.from(JSON.stringify({ challenge, solution }))
        .toString('base64');
}

async function lock(p) {
    for (let i = 0; i < 10; i++)
        await login(p, 'not the password');
}
const enter = (p, word, altcha) => call('POST', `${AUTH}/login`,
    { from: source(), json: { email: p.email, password: word, altcha } });

test('a locked name signs in with a CAPTCHA in each call (S-016)',
    async () => {
        const p = await signedIn(), nobody = { email: address() };
        const texts = new Set();
        for (const who of [p, nobody]) {
            await lock(who);
            for (const word of [password, 'not the password'])
                texts.add((await enter(who, word)).text);
        }
        assert.equal(texts.size, 1);
        assert.match([...texts][0], /"ErrorCode":1132/);
        refused(await enter(p, password, 'x'), 982, 403);
        refused(await enter(p, password, await solved('register')), 982,
            403);
        for (const who of [p, nobody])
            refused(await enter(who, 'not the password',
                await solved('login')), 966, 401);
        refused(await enter(p, password), 1132, 403);
        const once = await solved('login');
        const all = await Promise.all(Array.from({ length: 20 }, () =>
            enter(p, 'not the password', once)));
        assert.equal(all.filter((a) => a.status === 401).length, 1);
        granted(await enter(p, password, await solved('login')));
        granted(await login(p));
    });

test('A5 frees by a CAPTCHA', async () => {
    const p = await signedIn();
    const unlock = (json, query = {}) => call('PUT',
        `${AUTH}/account/unlock`, { token: p.token, json, query });
    await lock(p);
    assert.equal(granted(await call('GET', `${AUTH}/account`,
        { token: p.token })).LoginLockedType, 'Captcha');
    refused(await unlock({}), 1132, 403);
    refused(await unlock({ altcha: 'x' }), 982, 403);
    refused(await unlock({ altcha: await solved('login') }), 982, 403);
    granted(await unlock({}, { altcha: await solved('unlock') }));
    granted(await login(p));
    refused(await unlock({ altcha: await solved('unlock') }), 1221, 403);
});

test('the password and the PIN of a locked account are not changed',
    async () => {
        const p = await signedIn();
        granted(await call('PUT', `${AUTH}/account`, { token: p.token,
            json: { PINInfo: { PIN: '482915' } } }));
        await lock(p);
        refused(await call('PUT', `${AUTH}/pin/change`, { token: p.token,
            json: { oldpin: '482915', newpin: '730264' } }), 1132, 403);
        refused(await call('PUT', `${AUTH}/password/change`,
            { token: p.token, json: { oldpassword: password,
                newpassword: 'violet-harbour-88' } }), 1132, 403);
    });
