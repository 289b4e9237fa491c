// V1, V2, and what the privacy policy does to registration and sign-in.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { AUTH, call, granted, guid, key, refused, source, time }
    from '../api.mjs';
import { request } from '../wire.mjs';
import { accept, calm, clock, configure, form, forms, go, history, login,
    option, profile, register, settled } from './site.mjs';

const strict = () => configure({ 'privacy.mode': 'strict' });

test('V1, V2: accepted once, with its source and its history', async () => {
    const p = await settled();
    configure({ 'privacy.mode': 'moderated' });
    assert.equal((await profile(p.token)).PrivacyPolicy, null);
    assert.deepEqual(granted(await history(p.token)), {
        Uid: p.session.Profile.Uid, Current: null, History: [] });
    const a = granted(await accept(p.token, { headers: {
        Referer: 'https://app.example.org/docs?a=<b>&c' } }));
    assert.match(a.PrivacyPolicy.AcceptDateTime, time);
    const first = { Version: '1.0',
        AcceptSource: 'https://app.example.org/docs?a=<b>&c',
        AcceptDateTime: a.PrivacyPolicy.AcceptDateTime };
    assert.deepEqual(a.PrivacyPolicy, first);
    assert.ok(a.ProfileModifiedDate);
    assert.deepEqual((await profile(p.token)).PrivacyPolicy, first);
    refused(await accept(p.token), 1222, 403);
    configure({ 'privacy.versions':
        '1.0@2020-01-01 2.1@2021-06-01T12:00:00Z 9@9000-01-01' });
    const b = granted(await call('POST', `${AUTH}/privacypolicy/accept`,
        { token: p.token, json: { version: '2.1' } }));
    assert.equal(b.PrivacyPolicy.AcceptSource, 'API');
    assert.deepEqual(granted(await history(p.token)), {
        Uid: p.session.Profile.Uid, Current: b.PrivacyPolicy,
        History: [first, b.PrivacyPolicy] });
});

test('V1: fields= trims the profile', async () => {
    const p = await settled();
    configure({ 'privacy.mode': 'moderated' });
    assert.deepEqual(granted(await accept(p.token, { judge: false,
        query: { fields: 'PrivacyPolicy/Version' } })),
    { PrivacyPolicy: { Version: '1.0' } });
});

test('V1, V2: 1195 where there is no policy, or none has begun',
    async () => {
        const p = await settled();
        refused(await accept(p.token), 1195, 403);
        refused(await history(p.token), 1195, 403);
        configure({ 'privacy.mode': 'strict',
            'privacy.versions': '3@9000-01-01' });
        refused(await accept(p.token), 1195, 403);
        refused(await history(p.token), 1195, 403);
        granted(await login(p));
    });

test('V1: 1197 for a version that is not the present one', async () => {
    const p = await settled();
    configure({ 'privacy.mode': 'moderated' });
    for (const version of ['0.9', '1', 'x'.repeat(65), '1.0\u0007'])
        refused(await call('POST', `${AUTH}/privacypolicy/accept`,
            { token: p.token, json: { version } }), 1197, 403);
    granted(await accept(p.token, { query: { version: '1.0' } }));
});

test('V1: a token in the query does nothing by GET (S-096)', async () => {
    const p = await settled();
    configure({ 'privacy.mode': 'moderated' });
    const by = (token, headers) => call('GET',
        `${AUTH}/privacypolicy/accept`, { query: { access_token: token },
            headers });
    refused(await by(p.token), 1060, 400);
    refused(await accept('x'), 905, 403);
    refused(await accept(), 1060, 400);
    const followed = await request('GET', `${AUTH}/privacypolicy/accept`,
        [`X-Doorward-ApiKey: ${key}`, `Authorization: Bearer ${p.token}`,
            'Sec-Fetch-Mode: navigate']);
    assert.equal(followed.status, 400, followed.text);
    assert.equal((await call('HEAD', `${AUTH}/privacypolicy/accept`,
        { token: p.token })).status, 405);
    assert.equal((await profile(p.token)).PrivacyPolicy, null);
    configure({ 'compat.accept_by_query_token': 'yes' });
    granted(await by(p.token));
});

test('50 parallel V1: one acceptance, 49 times 1222 (S-137)', async () => {
    const p = await settled();
    configure({ 'privacy.mode': 'strict' });
    const all = await Promise.all(Array.from({ length: 50 }, () =>
        accept(p.token)));
    assert.equal(all.filter((a) => a.status === 200).length, 1);
    assert.equal(all.filter((a) => a.json.ErrorCode === 1222).length, 49);
    assert.equal(granted(await history(p.token)).History.length, 1);
});

test('1194: a token that accepts the policy, and little else', async () => {
    const p = await settled();
    strict();
    const a = await login(p);
    refused(a, 1194, 403);
    assert.deepEqual(Object.keys(a.json).sort(), ['Data', 'Description',
        'ErrorCode', 'IsProviderError', 'Message', 'ProviderErrorResponse']);
    assert.deepEqual(Object.keys(a.json.Data).sort(),
        ['access_token', 'expires_in']);
    const { access_token: token, expires_in: until } = a.json.Data;
    assert.match(token, guid);
    assert.match(until, time);
    const life = (Date.parse(until) - Date.now()) / 1000;
    assert.ok(life > 840 && life <= 901, `${life} s`);
    for (const [method, path] of [['GET', '/account'], ['PUT', '/account'],
        ['PUT', '/username'], ['GET', '/access_token'],
        ['GET', '/access_token/validate'], ['PUT', '/password/change']])
        refused(await call(method, AUTH + path, { token, json: method ===
            'GET' ? undefined : { username: 'u', oldpassword: 'x',
            newpassword: 'y' } }), 1194, 403);
    assert.deepEqual(granted(await history(token)).History, []);
    // The sessions of before live on.
    await profile(p.token);
    const before = (await profile(p.token)).NoOfLogins;
    const b = granted(await accept(token));
    assert.equal(b.PrivacyPolicy.Version, '1.0');
    assert.equal(b.NoOfLogins, before + 1);
    assert.equal((await profile(token)).Uid, b.Uid);
    const s = granted(await call('GET', `${AUTH}/access_token/validate`,
        { token }));
    assert.ok(Date.parse(s.expires_in) > Date.now() + 840000);
    refused(await accept(token), 1222, 403);
    granted(await login(p));
});

test('1194: the token signs out, runs out, ends with a reset', async () => {
    const p = await settled();
    strict();
    const one = (await login(p)).json.Data.access_token;
    granted(await call('GET', `${AUTH}/access_token/invalidate`,
        { token: one }));
    refused(await accept(one), 905, 403);
    const two = (await login(p)).json.Data.access_token;
    clock(901);
    refused(await accept(two), 906, 403);
    clock(0);
    granted(await accept(two));
});

test('1194: a blocked account goes no further', async () => {
    const p = await settled();
    strict();
    const { access_token: token } = (await login(p)).json.Data;
    const [program, ...args] = process.env.DOORWARD_CTL.split(' ');
    execFileSync(program, [...args, 'user', 'disable', p.email]);
    refused(await accept(token), 991, 403);
    refused(await login(p), 991, 403);
});

test('V1 goes on with the sign-in: consents are next', async () => {
    const p = await settled();
    strict();
    forms(form('Login', 1, [option('news')]));
    const { access_token: token } = (await login(p)).json.Data;
    const a = await accept(token);
    refused(a, 1226, 403);
    assert.deepEqual(Object.keys(a.json.Data), ['ConsentToken']);
    assert.equal(granted(await history(token)).Current.Version, '1.0');
    refused(await call('GET', `${AUTH}/account`, { token }), 1194, 403);
    const b = granted(await go(a.json.Data.ConsentToken, ['Login'],
        { news: true }));
    assert.equal(b.Profile.PrivacyPolicy.Version, '1.0');
    await profile(b.access_token);
});

test('a new version asks again, an old one that returns does not',
    async () => {
        const p = await settled();
        strict();
        granted(await accept((await login(p)).json.Data.access_token));
        configure({ 'privacy.versions': '1.0@2020-01-01 2.0@2021-01-01' });
        refused(await login(p), 1194, 403);
        granted(await accept((await login(p)).json.Data.access_token));
        granted(await login(p));
        configure({ 'privacy.versions': '1.0@2020-01-01' });
        granted(await login(p));
        // In moderated mode nobody is stopped.
        configure({ 'privacy.mode': 'moderated',
            'privacy.versions': '5.0@2020-01-01' });
        granted(await login(p));
    });

test('a version begins by itself', async () => {
    const p = await settled();
    const soon = new Date(Date.now() + 3600e3).toISOString();
    configure({ 'privacy.mode': 'strict', 'privacy.versions':
        `2.0@${soon}` });
    granted(await login(p));
    clock(3700);
    refused(await login(p), 1194, 403);
    clock(0);
});

test('registration: strict wants AcceptPrivacyPolicy', async () => {
    calm();
    strict();
    for (const body of [{}, { AcceptPrivacyPolicy: false },
        { AcceptPrivacyPolicy: null }])
        refused((await register({ body })).answer, 1196, 403);
    refused((await register({ body: { AcceptPrivacyPolicy: 'yes' } }))
        .answer, 1090, 400);
    configure({ 'registration.verification': 'disabled' });
    const p = await register({ body: { AcceptPrivacyPolicy: true } },
        { from: source() });
    const { Profile, access_token: token } = granted(p.answer).Data;
    assert.equal(Profile.PrivacyPolicy.Version, '1.0');
    assert.equal(Profile.PrivacyPolicy.AcceptSource, 'API');
    assert.equal(granted(await history(token)).History.length, 1);
    granted(await login(p));
});

test('registration: moderated records what is accepted, off ignores it',
    async () => {
        calm();
        configure({ 'privacy.mode': 'moderated',
            'registration.verification': 'disabled' });
        const yes = granted((await register({ body: {
            AcceptPrivacyPolicy: true, PrivacyPolicy: { Version: '9' } } }))
            .answer).Data.Profile;
        assert.equal(yes.PrivacyPolicy.Version, '1.0');
        const no = granted((await register()).answer).Data.Profile;
        assert.equal(no.PrivacyPolicy, null);
        configure({ 'privacy.mode': 'off' });
        const off = granted((await register({ body: {
            AcceptPrivacyPolicy: true } })).answer).Data.Profile;
        assert.equal(off.PrivacyPolicy, null);
    });
