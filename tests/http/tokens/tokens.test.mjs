// S4, S6 to S14, S17 and the handles of sessions, with the settings that go
// without saying.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { after, test } from 'node:test';
import { AUTH, base, call, granted, guid, key, login, mail, nowhere, refused,
    secret, shift, signedIn, time } from '../api.mjs';

const MANAGE = '/identity/v2/manage/account';
const TOKENS = '/api/v2/access_token';
// As the published SDKs send them: key and secret in the query.
const service = (path, query, options = {}) => call('GET', TOKENS + path, {
    from: null, headers: { 'X-Doorward-ApiKey': null },
    query: { key, secret, ...query }, ...options });
const manage = (path, query, options = {}) =>
    call('GET', MANAGE + path, { query, ...options });
const refresh = (token) => manage('/access_token/refresh',
    { refresh_Token: token });
const info = (token) => call('GET', `${AUTH}/access_token`, { token });
const set = ['access_token', 'refresh_token', 'expires_in'];
const ctl = (...args) => execFileSync(process.env.DOORWARD_CTL.split(' ')[0],
    [...process.env.DOORWARD_CTL.split(' ').slice(1), '--json', ...args],
    { encoding: 'utf8' });
after(() => shift(0));

function tokens(answer) {
    const a = granted(answer);
    assert.deepEqual(Object.keys(a), set);
    assert.match(a.access_token, guid);
    assert.match(a.refresh_token, guid);
    assert.match(a.expires_in, time);
    return a;
}

test('S12: both tokens are new, the used one is dead (S-095)', async () => {
    const p = await signedIn();
    const old = p.session.refresh_token;
    const a = tokens(await refresh(old));
    assert.notEqual(a.access_token, p.token);
    assert.notEqual(a.refresh_token, old);
    assert.equal(granted(await info(a.access_token)).access_token,
        a.access_token);
    refused(await manage('/access_token/refresh'), 1337, 400);
    refused(await refresh('nonsense'), 1217, 403);
    refused(await refresh(nowhere), 1217, 403);
    refused(await refresh(p.token), 1217, 403);
    refused(await manage('/access_token/refresh', { refresh_token: old },
        { from: null }), 923, 400);
});

test('S12: a replay ends the session, and what it held (S-095)', async () => {
    const p = await signedIn();
    const a = tokens(await refresh(p.session.refresh_token));
    await shift(12);
    refused(await refresh(p.session.refresh_token), 1217, 403);
    refused(await info(a.access_token), 905, 403);
    refused(await info(p.token), 905, 403);
    refused(await refresh(a.refresh_token), 1217, 403);
    assert.match((await mail(p.email, 2)).subject, /signed out .* to be safe/);
    await shift(0);
});

test('S12: 20 at once: 4 are served, and the session lives (S-095, F-48)',
    async () => {
        const p = await signedIn();
        const all = await Promise.all(Array.from({ length: 20 }, () =>
            refresh(p.session.refresh_token)));
        const good = all.filter((a) => a.status === 200);
        assert.equal(good.length, 4);
        for (const a of all.filter((x) => x.status !== 200))
            refused(a, 1217, 403);
        for (const a of good)
            granted(await info(a.json.access_token));
    });

test('S13, S14: refresh tokens end, access tokens go on', async () => {
    const p = await signedIn();
    const end = (token) => manage('/access_token/refresh/revoke',
        { refresh_token: token });
    assert.deepEqual(granted(await end(p.session.refresh_token)),
        { IsDeleted: true });
    refused(await end(p.session.refresh_token), 1217, 403);
    refused(await manage('/access_token/refresh/revoke'), 1337, 400);
    refused(await refresh(p.session.refresh_token), 1217, 403);
    granted(await info(p.token));
    const b = granted(await login(p));
    const all = (uid) => call('DELETE',
        `${MANAGE}/${uid}/access_token/refresh/revoke`);
    assert.deepEqual(granted(await all(b.Profile.Uid)), { IsDeleted: true });
    refused(await refresh(b.refresh_token), 1217, 403);
    granted(await info(b.access_token));
    refused(await all('0'.repeat(32)), 938, 403);
    refused(await all('nobody'), 938, 403);
});

test('S4: a new token for the old one, which is void', async () => {
    const p = await signedIn();
    const slide = (token) => call('GET', `${AUTH}/access_token/sliding_token`,
        { token });
    const a = tokens(await slide(p.token));
    refused(await info(p.token), 905, 403);
    refused(await slide(p.token), 905, 403);
    refused(await refresh(p.session.refresh_token), 1217, 403);
    const b = tokens(await refresh(a.refresh_token));
    granted(await info(b.access_token));
    refused(await slide(null), 1060, 400);
    await shift(1000);
    refused(await slide(b.access_token), 906, 403);
    await shift(0);
    assert.equal((await call('HEAD', `${AUTH}/access_token/sliding_token`,
        { token: b.access_token })).status, 405);
});

test('S10: minutes set the life, up to the end of the session', async () => {
    const p = await signedIn();
    const exchange = (token, more) => call('GET', `${TOKENS}/refresh`,
        { from: null, headers: { 'X-Doorward-ApiKey': null },
            query: { secret, access_token: token, ...more } });
    const a = tokens(await exchange(p.token, { expiresIn: '120' }));
    const minutes = (x) => (Date.parse(x.expires_in) - Date.now()) / 60000;
    assert.ok(Math.abs(minutes(a) - 120) < 1, a.expires_in);
    refused(await info(p.token), 905, 403);
    refused(await refresh(p.session.refresh_token), 1217, 403);
    const b = tokens(await exchange(a.access_token,
        { expiresin: '', isweb: 'true' }));
    assert.ok(Math.abs(minutes(b) - 15) < 1, b.expires_in);
    const c = tokens(await exchange(b.access_token,
        { expiresin: '9999999' }));
    assert.ok(Math.abs(minutes(c) - 30 * 1440) < 1, c.expires_in);
    refused(await exchange(c.access_token, { expiresin: '-1' }), 908, 400);
    refused(await exchange(c.access_token, { expiresin: 'x' }), 908, 400);
    refused(await exchange('', {}), 908, 400);
    refused(await exchange(nowhere, {}), 905, 403);
    refused(await exchange(c.access_token, { secret: nowhere }), 902, 401);
    refused(await exchange(c.access_token, { secret: 'x' }), 921, 400);
    const d = tokens(await exchange(c.access_token, { expiresin: '1' }));
    await shift(100);
    refused(await exchange(d.access_token, {}), 906, 403);
    await shift(0);
});

test('S7, S8: by key and secret, as S2 and S3', async () => {
    const p = await signedIn();
    const v = granted(await service('/validate', { access_token: p.token }));
    assert.deepEqual(v, { access_token: p.token, refresh_token: null,
        expires_in: p.session.expires_in });
    refused(await service('/validate'), 1060, 400);
    refused(await service('/validate', { access_token: nowhere }), 905, 403);
    const wrong = await service('/validate',
        { access_token: p.token, secret: nowhere });
    refused(wrong, 902, 401);
    assert.equal(wrong.json.errorCode, 902);
    refused(await service('/validate', { access_token: p.token, key: 'x' }),
        920, 400);
    await shift(1000);
    refused(await service('/validate', { access_token: p.token }), 906, 403);
    await shift(0);
    assert.deepEqual(granted(await service('/invalidate',
        { access_token: p.token })), { isPosted: true, IsPosted: true });
    refused(await info(p.token), 905, 403);
    refused(await refresh(p.session.refresh_token), 1217, 403);
    granted(await service('/invalidate', { access_token: p.token }));
    refused(await service('/invalidate', { access_token: nowhere }), 905,
        403);
    refused(await service('/invalidate'), 1060, 400);
});

test('S9: which sessions there are, in the SDKs\' spelling (S-098)',
    async () => {
        const p = await signedIn();
        const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) ' +
            'Gecko/20100101 Firefox/128.0';
        const phone = granted(await login(p, undefined, { from: '192.0.2.7',
            headers: { 'X-Origin-User-Agent': agent } }));
        const uid = phone.Profile.Uid;
        const list = async (query) => {
            const a = granted(await service('/activesession', query));
            assert.deepEqual(Object.keys(a), ['data', 'nextCursor']);
            assert.equal(a.nextCursor, 0);
            return a.data;
        };
        const all = await list({ token: p.token });
        assert.equal(all.length, 2);
        const one = all.find((s) => s.Ip === '192.0.2.7');
        assert.deepEqual({ ...one, AccessToken: '', LoginDate: '' },
            { AccessToken: '', Browser: 'Firefox', Device: 'PC', Os: 'Linux',
                DeviceType: 'Desktop', City: 'unknown', Country: 'unknown',
                Ip: '192.0.2.7', LoginDate: '' });
        assert.match(one.LoginDate, time);
        assert.notEqual(one.AccessToken, phone.access_token);
        assert.equal((await list({ accountid: uid })).length, 2);
        assert.equal((await list({ accountid: uid,
            profileid: phone.Profile.ID })).length, 2);
        assert.equal((await list({ profileid: phone.Profile.ID })).length, 2);
        const active = (query) => service('/activesession', query);
        refused(await active({}), 908, 400);
        refused(await active({ accountid: 'x' }), 984, 403);
        refused(await active({ accountid: '0'.repeat(32) }), 984, 403);
        refused(await active({ profileid: 'x' }), 937, 403);
        refused(await active({ accountid: uid, profileid: '0'.repeat(32) }),
            937, 403);
        refused(await active({ token: nowhere }), 905, 403);
        refused(await active({ token: p.token, key: '' }), 922, 400);
        refused(await active({ token: p.token, key: nowhere }), 901, 403);
        await shift(1000);
        refused(await active({ token: p.token }), 1055, 403);
        await shift(0);
        // The handle is good for ending the session, and for nothing else.
        const handle = one.AccessToken;
        refused(await info(handle), 905, 403);
        refused(await refresh(handle), 1217, 403);
        refused(await service('/validate', { access_token: handle }), 905);
        refused(await active({ token: handle }), 905, 403);
        granted(await service('/invalidate', { access_token: handle }));
        refused(await info(phone.access_token), 905, 403);
        refused(await refresh(phone.refresh_token), 1217, 403);
        const [mine] = await list({ accountid: uid });
        granted(await call('GET', `${AUTH}/access_token/invalidate`,
            { token: mine.AccessToken }));
        refused(await info(p.token), 905, 403);
        assert.deepEqual(await list({ accountid: uid }), []);
    });

test('S11: a back end acts for somebody, who hears of it', async () => {
    const p = await signedIn();
    const uid = p.session.Profile.Uid;
    const act = (query, options) => manage('/access_token', query, options);
    const a = tokens(await act({ uid }));
    granted(await call('GET', `${AUTH}/account`, { token: a.access_token }));
    assert.match((await mail(p.email, 2)).subject, /opened your account/);
    refused(await act({}), 908, 400);
    refused(await act({ uid: 'x' }), 937, 403);
    refused(await act({ uid: '0'.repeat(32) }), 938, 403);
    refused(await act({ uid }, { from: null }), 923, 400);
    refused(await act({ uid }, { headers: { Origin: base } }), 1143, 403);
    ctl('user', 'disable', uid);
    refused(await act({ uid }), 991, 403);
    refused(await info(a.access_token), 991, 403);
    refused(await refresh(a.refresh_token), 991, 403);
});

test('S6: no request token is good but one that was made', async () => {
    const exchange = (query, options) => call('GET', TOKENS, { from: null,
        headers: { 'X-Doorward-ApiKey': null }, query, ...options });
    refused(await exchange({ secret, token: nowhere }), 903, 403);
    refused(await exchange({ secret, token: 'x' }), 903, 403);
    refused(await exchange({ secret }), 908, 400);
    refused(await exchange({ token: nowhere }), 923, 400);
    refused(await exchange({ secret: nowhere, token: nowhere }), 902, 401);
    refused(await call('POST', TOKENS, { json: { token: nowhere } }), 903,
        403);
});

test('S17: what everybody may know, and no secret', async () => {
    const a = granted(await call('GET', '/ciam/appinfo', { from: null }));
    assert.equal(a.EmailVerificationFlow, 'required');
    assert.equal(a.IsUserNameLogin, true);
    assert.equal(a.IsPhoneLogin, false);
    assert.equal(a.IsRememberMe, true);
    assert.deepEqual(a.SecurityQuestions.Questions, []);
    assert.equal(a.LoginLockedConfiguration.MaximumFailedLoginAttempts, 10);
    assert.equal(a.ApiRequestSigningConfig.IsEnabled, false);
    assert.ok(Array.isArray(a.RegistrationFormSchema));
    assert.ok(!JSON.stringify(a).includes(secret));
    refused(await call('GET', '/ciam/appinfo', { from: null,
        headers: { 'X-Doorward-ApiKey': null } }), 922, 400);
});

// The program once more, as a CGI of its own.
const elsewhere = (path, token) => new Promise((done, fail) => {
    execFile(process.env.DOORWARD_PROGRAM, [], { env: {
        GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET',
        DOORWARD_CONFIG: `${process.env.DOORWARD_SITE}/etc/doorward.conf`,
        REQUEST_URI: path, SCRIPT_NAME: '', PATH_INFO: path,
        SERVER_PROTOCOL: 'HTTP/1.1', REMOTE_ADDR: '127.0.0.1',
        HTTP_HOST: new URL(base).host, HTTP_X_DOORWARD_APIKEY: key,
        HTTP_AUTHORIZATION: `Bearer ${token}` },
    ...(process.getuid?.() === 0 ? owner() : {}) },
    (e, out) => e ? fail(e) : done(JSON.parse(out.split('\r\n\r\n')[1])));
});
function owner() {
    const [uid, gid] = execFileSync('stat', ['-c', '%u %g',
        `${process.env.DOORWARD_SITE}/etc/doorward.conf`],
    { encoding: 'utf8' }).trim().split(' ').map(Number);
    return { uid, gid };
}

test('ended by one process, refused by another at once (S-093)', async () => {
    const p = await signedIn();
    const there = () => elsewhere(`${AUTH}/access_token/validate`, p.token);
    assert.equal((await there()).access_token, p.token);
    granted(await call('GET', `${AUTH}/access_token/invalidate`,
        { token: p.token }));
    assert.equal((await there()).ErrorCode, 905);
    const q = await signedIn();
    granted(await info(q.token));
    const [row] = ctl('session', 'list', q.email).trim().split('\n')
        .map((l) => JSON.parse(l));
    ctl('session', 'revoke', row.handle);
    refused(await info(q.token), 905, 403);
    refused(await refresh(q.session.refresh_token), 1217, 403);
});
