// W1, W3, W4, W5, W10: every error that the API names for them and that a
// site of ours can give.  Those of captchas have tests of their own.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { afterEach, test } from 'node:test';
import { AUTH, address, call, granted, login, mail, mails, password, person,
    refused, shift, signedIn } from '../api.mjs';
import { change, code, forgot, good, resetBy, settings, userName,
    withoutPassword } from './site.mjs';

afterEach(async () => {
    settings();
    await shift(0);
});

const ctl = (...args) => new Promise((done, fail) => execFile('/bin/sh',
    ['-c', `${process.env.DOORWARD_CTL} "$@"`, 'ctl', ...args],
    (e, out, err) => e ? fail(new Error(`${args.join(' ')}: ${out}${err}`)) :
        done(out)));

const ask = (json, options) => call('POST', `${AUTH}/password`,
    { json, ...options });
const broken = (method, path, type, raw) => call(method, AUTH + path,
    { raw, headers: { 'Content-Type': type } });
const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

test('W1: 1141, 1038, 1204, 1024, 1249, 958, 965, 1090', async () => {
    refused(await ask({}), 1141, 400);
    refused(await ask({ email: 'nobody' }), 1038, 400);
    refused(await ask({ username: 'x'.repeat(33) }), 1204, 403);
    refused(await ask({ username: 'a@b' }), 1024, 403);
    refused(await ask({ email: 7 }), 1090, 400);
    refused(await ask({ email: address() }, { query: {
        resetpasswordurl: 'https://elsewhere.example/' } }), 1249, 403);
    refused(await broken('POST', '/password', FORM_TYPE, 'email=%zz'), 958,
        400);
    refused(await broken('POST', '/password', JSON_TYPE, '{"email":'), 965,
        400);
});

test('W1: 1238 and 1286 where names or passwords are off', async () => {
    settings({ 'login.username': 'no' });
    refused(await ask({ username: 'ada-1' }), 1238, 403);
    settings({ 'login.password': 'no' });
    refused(await ask({ email: address() }), 1286, 403);
    refused(await ask({ username: 'ada-1' }), 1286, 403);
});

test('W1: 938, 991, 1122 are told by compat alone (S-018)', async () => {
    const p = await person();
    const blocked = await person();
    await ctl('user', 'disable', blocked.email);
    const few = { 'mail.per_hour': 2 }; // one has gone
    const reveal = { 'compat.reveal_account_existence': 'yes', ...few };
    for (const body of [{ email: address() }, { username: userName() },
        { email: blocked.email }]) {
        settings(few);
        assert.deepEqual(granted(await ask(body)), { IsPosted: true });
        settings(reveal);
        refused(await ask(body), body.email === blocked.email ? 991 : 938,
            403);
    }
    granted(await ask({ email: p.email }));
    refused(await ask({ email: p.email }), 1122, 403);
    settings(few);
    granted(await ask({ email: p.email }));
});

test('W3: 908, 1063, 974, 975, 1079, 1081', async () => {
    const p = await person();
    const n = (await mails(p.email)).length;
    refused(await resetBy({ password: good }), 908, 400);
    refused(await resetBy({ resettoken: 'A'.repeat(43), password: good }),
        1063, 403);
    refused(await broken('PUT', '/password/reset', JSON_TYPE, '{'), 1079,
        400);
    refused(await broken('PUT', '/password/reset', FORM_TYPE, 'a=%zz'),
        1081, 400);
    granted(await forgot(p));
    const late = (await mail(p.email, n + 1)).token;
    await shift(3601);
    refused(await resetBy({ resettoken: late, password: good }), 975, 403);
    await shift(0);
    granted(await forgot(p));
    const { token } = await mail(p.email, n + 2);
    refused(await resetBy({ resettoken: token }), 1089, 400);
    granted(await resetBy({ resettoken: token, password: good }));
    refused(await resetBy({ resettoken: token, password: good + 'x' }), 974,
        403);
});

test('W4, W5: 908, 1038, 1204, 1024, 1185, 1186, 1187, 1238, 1286',
    async () => {
        const byCode = { 'password.reset_by': 'code' };
        const p = await person({ body: { UserName: userName() } });
        const n = (await mails(p.email)).length;
        const by = (who, otp, more) => resetBy({ ...who, otp,
            password: good, ...more });
        settings(byCode);
        refused(await by({ email: p.email }), 908, 400);
        refused(await by({ email: 'nobody' }, '123456'), 1038, 400);
        refused(await by({ username: 'a b' }, '123456'), 1204, 403);
        refused(await by({ username: 'a@b' }, '123456'), 1024, 403);
        refused(await by({ username: userName() }, '123456'), 1185, 403);
        granted(await forgot(p));
        let otp = code(await mail(p.email, n + 1));
        await shift(601);
        refused(await by(p, otp), 1187, 403);
        await shift(0);
        granted(await forgot(p));
        otp = code(await mail(p.email, n + 2));
        refused(await by({ email: p.email }, otp === '111111' ? '222222' :
            '111111'), 1185, 403);
        refused(await resetBy({ email: p.email, otp }), 1089, 400);
        settings({ ...byCode, 'login.username': 'no' });
        refused(await by({ username: 'ada-1' }, otp), 1238, 403);
        settings({ ...byCode, 'login.password': 'no' });
        refused(await by({ email: p.email }, otp), 1286, 403);
        settings(byCode);
        granted(await by({ email: p.email }, otp));
        refused(await by({ email: p.email }, otp, { password: good + 'x' }),
            1186, 403);
    });

test('W10: 905, 906, 1060, 967, 1039, 1089, 1134, 1216, 1015, 1079, 1081',
    async () => {
        const p = await signedIn();
        refused(await change({}, good), 1060, 400);
        refused(await change({ token: '00000000-0000-4000-8000-000000000000' },
            good), 905, 403);
        refused(await change(p, good, 'wrong-one-1'), 967, 401);
        refused(await change(p, 'short'), 1134, 403);
        refused(await change(p, 'iloveyou'), 1216, 403);
        refused(await change(p, password), 1015, 403);
        refused(await change(p, ''), 1089, 400);
        refused(await change(p, good, ''), 1089, 400);
        const raw = (type, text) => call('PUT', `${AUTH}/password/change`,
            { token: p.token, raw: text, headers: { 'Content-Type': type } });
        refused(await raw(JSON_TYPE, '{'), 1079, 400);
        refused(await raw(FORM_TYPE, 'oldpassword=%zz'), 1081, 400);
        refused(await change(await withoutPassword(), good), 1039, 403);
        await shift(901);
        refused(await change(p, good), 906, 403);
    });

test('W10: 1198 after ten wrong ones, and a reset opens it (S-007)',
    async () => {
        const p = await signedIn();
        const n = (await mails(p.email)).length;
        for (let i = 0; i < 10; i++)
            refused(await change(p, good, `wrong-one-${i}`), 967, 401);
        const a = await change(p, good);
        refused(a, 1198, 403);
        assert.ok(Date.parse(a.json.Data.LoginLockedTimeout) > Date.now());
        granted(await forgot(p));
        const { token } = await mail(p.email, n + 1);
        granted(await resetBy({ resettoken: token, password: good }));
        granted(await login(p, good));
    });
