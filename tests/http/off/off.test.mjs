// A site that takes no registrations, has no user names, and tells nobody
// whether an address is in use.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { AUTH, address, base, call, granted, login, password, refused,
    register, source } from '../api.mjs';

const [program, ...config] = process.env.DOORWARD_CTL.split(' ');

async function member() {
    const p = { email: address(), from: source() };
    execFileSync(program, [...config, 'user', 'add', p.email, '--verified'],
        { input: password, stdio: ['pipe', 'ignore', 'inherit'] });
    return { ...p, token: granted(await login(p)).access_token };
}

test('RG1, RG3: 1190, behind the SOTT and before any look at the body',
    async () => {
        refused((await register()).answer, 1190, 403);
        refused((await register({ body: { Password: 'short',
            UserName: 'ada' } })).answer, 1190);
        refused(await call('POST', `${AUTH}/register`,
            { json: { Email: address(), Password: password } }), 1048);
    });

test('RG6, RG7: 909 where look-ups are off', async () => {
    const p = await member();
    for (const email of [p.email, address()])
        refused(await call('GET', `${AUTH}/email`, { query: { email } }),
            909, 403);
    refused(await call('GET', `${AUTH}/username`,
        { query: { username: 'ada' } }), 1238, 403);
});

test('N1, A2, LG2: 1238 where there are no user names', async () => {
    const { token } = await member();
    refused(await call('PUT', `${AUTH}/username`,
        { token, json: { username: 'ada' } }), 1238, 403);
    refused(await call('PUT', `${AUTH}/account`,
        { token, json: { UserName: 'ada' } }), 1238, 403);
    refused(await call('POST', `${AUTH}/login`,
        { json: { username: 'ada', password } }), 1238, 403);
});

test('the sign-up page says so and has no form', async () => {
    const page = await (await fetch(`${base}/signup`)).text();
    assert.match(page, /cannot be made at present/);
    assert.doesNotMatch(page, /name="email"/);
});
