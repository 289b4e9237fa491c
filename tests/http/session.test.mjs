// S1, S2, S3, S15, S16.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, call, granted, login, nowhere, refused, signedIn }
    from './api.mjs';

test('S1: what a token is', async () => {
    const p = await signedIn();
    const a = granted(await call('GET', `${AUTH}/access_token`,
        { token: p.token }));
    assert.deepEqual(a, { access_token: p.token, provider: 'email',
        isrememberme: false });
    const b = granted(await login(p, undefined,
        { query: { isRememberMe: 'true' } }));
    assert.equal(granted(await call('GET', `${AUTH}/access_token`,
        { token: b.access_token })).isrememberme, true);
});

test('S2: until when, without a new refresh token', async () => {
    const p = await signedIn();
    const a = granted(await call('GET', `${AUTH}/access_token/validate`,
        { token: p.token }));
    assert.equal(a.access_token, p.token);
    assert.equal(a.refresh_token, null);
    assert.equal(a.expires_in, p.session.expires_in);
});

test('S1, S2: refuse what is no token', async () => {
    for (const path of ['', '/validate']) {
        const get = (token) => call('GET', `${AUTH}/access_token${path}`,
            { token });
        refused(await get(), 1060, 400);
        refused(await get('nonsense'), 905, 403);
        refused(await get(nowhere), 905, 403);
    }
});

test('S3: ends at once, and again without complaint (S-093)', async () => {
    const p = await signedIn();
    const other = granted(await login(p)).access_token;
    const end = (options) => call('GET', `${AUTH}/access_token/invalidate`,
        { token: p.token, ...options });
    assert.deepEqual(granted(await end()), { IsPosted: true });
    refused(await call('GET', `${AUTH}/account`, { token: p.token }), 905,
        403);
    granted(await end({ query: { preventRefresh: 'true' } }));
    granted(await call('GET', `${AUTH}/account`, { token: other }));
    refused(await end({ token: nowhere }), 905, 403);
    refused(await end({ token: null }), 1060, 400);
    refused(await end({ query: { preventrefresh: 'perhaps' } }), 908, 400);
});

test('S3: neither HEAD nor a followed link ends a session (S-037)',
    async () => {
        const p = await signedIn();
        const path = `${AUTH}/access_token/invalidate`;
        assert.equal((await call('HEAD', path, { token: p.token })).status,
            405);
        // fetch keeps Sec-Fetch-Mode to itself: no judge of ours is needed.
        granted(await call('GET', `${AUTH}/account`, { token: p.token }));
    });

test('S15: a SOTT and its end', async () => {
    const path = '/identity/v2/manage/account/sott';
    const a = granted(await call('GET', path));
    const minutes = (Date.parse(a.ExpiryTime) - Date.now()) / 60000;
    assert.ok(Math.abs(minutes - 10) < 60, `${minutes}`);
    const b = granted(await call('GET', path,
        { query: { timeDifference: '999999' } }));
    assert.ok(Date.parse(b.ExpiryTime) > Date.parse(a.ExpiryTime));
    refused(await call('GET', path, { query: { timedifference: 'x' } }), 908,
        400);
    refused(await call('GET', path, { from: null }), 923, 400);
});

test('S15: by POST with a body or without', async () => {
    const a = granted(await call('POST', '/v2/manage/sott',
        { json: { ExpiresInMinutes: 5, Technology: 'android' } }));
    assert.equal(a.Technology, 'android');
    assert.equal(a.IsEncoded, false);
    granted(await call('POST', '/v2/manage/sott'));
    granted(await call('POST', '/v2/manage/sott', { json: '' }));
    refused(await call('POST', '/v2/manage/sott',
        { json: { ExpiresInMinutes: '5' } }), 1090, 400);
    refused(await call('POST', '/v2/manage/sott',
        { json: { ExpiresInMinutes: -5 } }), 908, 400);
});

test('S16: the time, in the form that makers of SOTTs expect', async () => {
    const form = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
    const a = granted(await call('GET', '/identity/v2/serverinfo',
        { query: { timedifference: '7' } }));
    assert.match(a.CurrentTime, form);
    assert.equal(a.Sott.StartTime, a.CurrentTime);
    assert.match(a.Sott.EndTime, form);
    assert.equal(a.Sott.TimeDifference, '7 Minutes');
    const at = (s) => Date.parse(`${s.replace(' ', 'T')}Z`);
    assert.equal(at(a.Sott.EndTime) - at(a.Sott.StartTime), 7 * 60000);
});
