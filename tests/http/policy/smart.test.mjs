// Smart login and signing in by PIN under settings that refuse them, tell
// more, or ask for less.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterEach, test } from 'node:test';
import { AUTH, address, call, granted, mail, nowhere, person, refused,
    register } from '../api.mjs';
import { settings } from './site.mjs';

const on = { 'smart_login.enabled': 'yes' };
const ask = (query, more) => call('GET', `${AUTH}/login/smartlogin`,
    { query: { clientguid: randomUUID(), ...query }, ...more });
const confirm = (verificationtoken) => call('GET',
    `${AUTH}/email/smartlogin`, { query: { verificationtoken } });
const ping = (clientguid) => call('GET', `${AUTH}/login/smartlogin/ping`,
    { query: { clientguid } });
const byPin = () => call('POST', `${AUTH}/login/pin`,
    { query: { session_token: nowhere }, json: { PIN: '482915' } });
const ctl = (...args) => execFileSync('sh', ['-c',
    `${process.env.DOORWARD_CTL} "$@"`, 'sh', ...args], { encoding: 'utf8' });

afterEach(() => settings());

test('LG21, LG24, LG25: 1135 where smart login is off, and no pages',
    async () => {
        settings({ 'smart_login.enabled': 'no' });
        refused(await ask({ email: address() }), 1135, 403);
        refused(await confirm('x'.repeat(43)), 1135, 403);
        refused(await ping(randomUUID()), 1135, 403);
        for (const path of ['/smart', '/smart/wait',
            `/smart/confirm?vtoken=${'x'.repeat(43)}`, '/static/wait.js'])
            assert.equal((await call('GET', path, { judge: false })).status,
                404, path);
    });

test('LG21, LG22: 938, 970, 991, 1122 are told by compat alone (S-018)',
    async () => {
        const p = await person(), blocked = await person();
        ctl('user', 'disable', blocked.email);
        settings({ ...on, 'compat.reveal_account_existence': 'yes',
            'mail.per_hour': '3' });
        refused(await ask({ email: address() }), 938, 403);
        refused(await ask({ username: 'nobody-at-all' }), 938, 403);
        refused(await ask({ email: blocked.email }), 991, 403);
        let a;
        for (let i = 0; i < 4; i++)
            a = await ask({ email: p.email });
        refused(a, 1122, 403);
        settings(on);
        granted(await ask({ email: address() }));
        granted(await ask({ email: blocked.email }));
    });

test('LG21 to LG23: 1077, 1238, 1074 where a name of that kind is none',
    async () => {
        settings({ ...on, 'login.username': 'no' });
        refused(await ask({ username: 'ada' }), 1238, 403);
        settings({ ...on, 'login.username': 'yes', 'login.email': 'no' });
        refused(await ask({ email: address() }), 1077, 403);
        refused(await ask({ phone: '+12025550142' }), 1074, 403);
    });

test('LG21: 982 where it demands a captcha', async () => {
    settings({ ...on, 'captcha.provider': 'altcha',
        'captcha.on': 'smart_login' });
    refused(await ask({ email: address() }), 982, 403);
});

test('smart_login.number = no: the documented call confirms', async () => {
    settings({ ...on, 'smart_login.number': 'no' });
    const p = await person(), clientguid = randomUUID();
    granted(await ask({ email: p.email, clientguid }));
    granted(await confirm((await mail(p.email, 2)).token));
    granted(await ping(clientguid));
});

test('LG21: an address that nobody has proven may be, by its link alone',
    async () => {
        settings(on);
        const p = await register();
        granted(p.answer);
        granted(await ask({ email: p.email }));
        assert.match((await mail(p.email, 2)).link, /vtype=autologin/);
    });

test('LG9: 1233 where PINs are off, 1244 where none signs in', async () => {
    settings({ 'pin.enabled': 'no' });
    refused(await byPin(), 1233, 403);
    settings({ 'pin.enabled': 'yes', 'pin.login': 'no' });
    refused(await byPin(), 1244, 403);
    settings({ 'pin.enabled': 'yes', 'pin.login': 'yes' });
    refused(await byPin(), 1245, 403);
});
