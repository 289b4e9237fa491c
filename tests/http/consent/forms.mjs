// C1 to C5, and what consent forms do to registration and sign-in.
import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { AUTH, address, call, granted, guid, mails, refused, source,
    time } from '../api.mjs';
import { calm, choices, clock, configure, events, form, forms, go, login,
    logs, mail, option, password, profile, register, settled, submit, update,
    verify } from './site.mjs';

const news = option('news'), terms = option('terms', true);
const token = (answer) => {
    refused(answer, 1226, 403);
    assert.deepEqual(Object.keys(answer.json.Data), ['ConsentToken']);
    assert.equal(answer.json.ConsentToken, answer.json.Data.ConsentToken);
    assert.match(answer.json.ConsentToken, guid);
    return answer.json.ConsentToken;
};
const version = (Event, Version, IsCustom = false) => ({ Event, Version,
    IsCustom });
const given = (shown) => shown.Consents.map((c) => {
    assert.deepEqual(Object.keys(c), ['ConsentOptionId', 'AcceptOnDate']);
    assert.match(c.AcceptOnDate, time);
    return c.ConsentOptionId;
});

test('1227 where no forms are configured', async () => {
    const p = await settled();
    configure({ 'consent.file': '' });
    refused(await go('x', ['Login'], { news: true }), 1227, 403);
    refused(await submit(p.token, ['Login'], { news: true }), 1227, 403);
    refused(await update(p.token, { news: true }), 1227, 403);
    refused(await verify(p.token, 'Login'), 1227, 403);
    refused(await logs(p.token), 1227, 403);
});

test('C2, C4, C5: submitted, verified, logged', async () => {
    const p = await settled();
    forms(form('Login', 3, [news, terms, option('calls')]));
    assert.equal((await profile(p.token)).ConsentProfile, null);
    assert.deepEqual(granted(await verify(p.token, 'Login')), {
        ConsentProfile: { AcceptedConsentVersions: [], Consents: [] },
        IsValid: false });
    refused(await logs(p.token), 1228, 403);
    const a = granted(await submit(p.token, ['Login'], { news: false,
        terms: true, calls: true }, { headers: {
        'X-Origin-User-Agent': 'Browser/1', 'X-Origin-Host':
        'shop.example.com' }, from: '2001:db8::7' }));
    assert.equal(a.Uid, p.session.Profile.Uid);
    assert.ok(a.ProfileModifiedDate);
    const shown = a.ConsentProfile;
    assert.deepEqual(Object.keys(shown), ['AcceptedConsentVersions',
        'Consents']);
    assert.deepEqual(shown.AcceptedConsentVersions, [version('Login', 3)]);
    assert.deepEqual(given(shown), ['terms', 'calls']);
    assert.deepEqual((await profile(p.token)).ConsentProfile, shown);
    for (const flag of ['', 'false', '0', 'FALSE'])
        assert.deepEqual(granted(await verify(p.token, 'Login', flag)),
            { ConsentProfile: shown, IsValid: true });
    const l = granted(await logs(p.token));
    assert.deepEqual(Object.keys(l), ['Uid', 'ConsentLogs']);
    const [{ Id, LoggedOnDate, ...rest }] = l.ConsentLogs;
    assert.equal(l.ConsentLogs.length, 1);
    assert.match(Id, /^[0-9a-f]{24}$/);
    assert.match(LoggedOnDate, time);
    assert.deepEqual(rest, { UpdateType: 'Default',
        CurrentConsentFormsVersions: [version('Login', 3)],
        UserAgent: 'Browser/1', IP: '2001:db8::7', Host: 'shop.example.com',
        ConsentLogs: [{ ConsentId: 'news', Event: 'NotOpted' },
            { ConsentId: 'terms', Event: 'Subscribe' },
            { ConsentId: 'calls', Event: 'Subscribe' }] });
    assert.deepEqual(Object.keys(l.ConsentLogs[0]), ['Id', 'UpdateType',
        'CurrentConsentFormsVersions', 'LoggedOnDate', 'UserAgent', 'IP',
        'Host', 'ConsentLogs']);
});

test('C3: withdrawn and given again, each once in the log', async () => {
    const p = await settled();
    forms(form('Login', 1, [news, terms]));
    granted(await submit(p.token, ['Login'], { news: true, terms: true }));
    const a = granted(await update(p.token, { news: false }));
    assert.deepEqual(Object.keys(a), ['AcceptedConsentVersions',
        'Consents']);
    assert.deepEqual(a.AcceptedConsentVersions, [version('Login', 1)]);
    assert.deepEqual(given(a), ['terms']);
    assert.deepEqual(granted(await update(p.token, { news: false })), a);
    const b = granted(await call('PUT', `${AUTH}/consent`, { token: p.token,
        json: { consents: [{ consentoptionid: 'news', isaccepted: true },
            { consentoptionid: 'terms', isaccepted: true }] } }));
    assert.deepEqual(given(b), ['terms', 'news']);
    assert.equal(b.Consents[0].AcceptOnDate, a.Consents[0].AcceptOnDate);
    assert.deepEqual((await profile(p.token)).ConsentProfile, b);
    const list = granted(await logs(p.token)).ConsentLogs;
    assert.deepEqual(list.map((l) => [l.UpdateType, l.ConsentLogs]), [
        ['Default', [{ ConsentId: 'news', Event: 'Subscribe' },
            { ConsentId: 'terms', Event: 'Subscribe' }]],
        ['ConsentEditor', [{ ConsentId: 'news', Event: 'Unsubscribe' }]],
        ['ConsentEditor', [{ ConsentId: 'news', Event: 'Subscribe' }]]]);
    assert.equal(new Set(list.map((l) => l.Id)).size, 3);
    assert.ok(list[0].LoggedOnDate <= list[2].LoggedOnDate);
});

test('C3: what no form asks for any more can be withdrawn', async () => {
    const p = await settled();
    forms(form('Login', 1, [news, terms]));
    granted(await submit(p.token, ['Login'], { news: true, terms: true }));
    forms(form('Login', 2, [terms], { start: '2021-01-01' }),
        form('Login', 1, [news, terms]));
    assert.deepEqual(given(granted(await update(p.token,
        { news: false }))), ['terms']);
    refused(await update(p.token, { news: true }), 1225, 403);
    assert.equal(granted(await verify(p.token, 'Login')).IsValid, false);
});

test('1224 and 1225: forms that are not there, answers that do not fit',
    async () => {
        const p = await settled();
        forms(form('Login', 1, [news, terms]),
            form('Newsletter', 1, [news], { isCustom: true }),
            form('Later', 1, [news], { isCustom: true,
                start: '9000-01-01' }));
        const all = { news: true, terms: true };
        refused(await submit(p.token, ['Logout'], all), 1224, 403);
        refused(await submit(p.token, ['Newsletter'], all), 1224, 403);
        refused(await submit(p.token, ['Later'], all), 1224, 403);
        refused(await verify(p.token, 'Newsletter'), 1224, 403);
        refused(await verify(p.token, 'Login', 'true'), 1224, 403);
        refused(await verify(p.token, 'Later', '1'), 1224, 403);
        refused(await verify(p.token, ''), 908, 400);
        refused(await verify(p.token, 'Login', 'maybe'), 908, 400);
        for (const map of [{ news: true }, { terms: true }, {},
            { ...all, terms: false }, { ...all, calls: true },
            { ...all, News: true }])
            refused(await submit(p.token, ['Login'], map), 1225, 403);
        const send = (Events, Data) => call('POST',
            `${AUTH}/consent/profile`, { token: p.token,
                json: { Events, Data } });
        const one = { ConsentOptionId: 'news', IsAccepted: true };
        const two = { ConsentOptionId: 'terms', IsAccepted: true };
        refused(await send([], [one, two]), 1225, 403);
        refused(await send(undefined, [one, two]), 1225, 403);
        refused(await send(events('Login'), undefined), 1225, 403);
        refused(await send(events('Login'), [one, two, one]), 1225, 403);
        refused(await send(events('Login'), [one,
            { ConsentOptionId: 'terms' }]), 1225, 403);
        refused(await send(events('Login'), [one, { IsAccepted: true }]),
            1225, 403);
        refused(await send([{ IsCustom: false }], [one, two]), 1225, 403);
        for (const wrong of ['x', 5, { a: 1 }, ['x'], [[]], [5]]) {
            refused(await send(wrong, [one]), 1090, 400);
            refused(await send(events('Login'), wrong), 1090, 400);
        }
        refused(await send([{ Event: 5 }], [one]), 1090, 400);
        refused(await send([{ Event: 'Login', IsCustom: 'no' }], [one]),
            1090, 400);
        refused(await send(events('Login'), [{ ConsentOptionId: 'news',
            IsAccepted: 1 }]), 1090, 400);
        assert.equal((await profile(p.token)).ConsentProfile, null);
        refused(await update(p.token, { calls: true }), 1225, 403);
        refused(await update(p.token, {}), 1225, 403);
        refused(await call('PUT', `${AUTH}/consent`, { token: p.token,
            json: {} }), 1225, 403);
        refused(await call('PUT', `${AUTH}/consent`, { token: p.token }),
            1079, 400);
        refused(await call('PUT', `${AUTH}/consent`, { token: p.token,
            raw: '{', headers: { 'Content-Type': 'application/json' } }),
        1079, 400);
        refused(await update('x', { news: true }), 905, 403);
        // An event of the site's own, with one option in two forms.
        granted(await call('POST', `${AUTH}/consent/profile`, {
            token: p.token, json: { Events: [...events('Login'),
                { Event: 'Newsletter', IsCustom: true }],
            Data: [one, two] } }));
        const v = granted(await verify(p.token, 'Newsletter', 'true'));
        assert.equal(v.IsValid, true);
        assert.deepEqual(v.ConsentProfile.AcceptedConsentVersions,
            [version('Login', 1), version('Newsletter', 1, true)]);
        assert.deepEqual(given(v.ConsentProfile), ['news', 'terms']);
    });

test('1226 at sign-in: C1 gives the session', async () => {
    const p = await settled();
    forms(form('Login', 1, [news, terms]));
    const consent = token(await login(p));
    const logins = (await profile(p.token)).NoOfLogins;
    refused(await go(consent, ['Login'], { news: true, terms: false }), 1225,
        403);
    refused(await go(consent, ['Login'], { terms: true }), 1225, 403);
    refused(await go(consent, ['Logout'], { terms: true }), 1225, 403);
    const a = granted(await go(consent, ['Login'], { news: false,
        terms: true }));
    assert.deepEqual(Object.keys(a), ['Profile', 'access_token',
        'refresh_token', 'expires_in']);
    assert.match(a.access_token, guid);
    assert.match(a.refresh_token, guid);
    assert.match(a.expires_in, time);
    assert.equal(a.Profile.NoOfLogins, logins + 1);
    assert.deepEqual(given(a.Profile.ConsentProfile), ['terms']);
    assert.equal((await profile(a.access_token)).Uid, a.Profile.Uid);
    refused(await go(consent, ['Login'], { news: true, terms: true }), 1229,
        403);
    granted(await login(p));
});

test('C1: the token, and nothing else', async () => {
    const p = await settled();
    forms(form('Login', 1, [news]));
    const first = token(await login(p));
    const second = token(await login(p));
    const map = { news: true };
    refused(await go(first, ['Login'], map), 1229, 403);
    refused(await go('x', ['Login'], map), 1229, 403);
    refused(await go('A'.repeat(43), ['Login'], map), 1229, 403);
    refused(await go('A'.repeat(300), ['Login'], map), 1229, 403);
    refused(await go('', ['Login'], map), 908, 400);
    refused(await go(p.token, ['Login'], map), 1229, 403);
    refused(await go('00000000-0000-0000-0000-000000000000', ['Login'],
        map), 1229, 403);
    refused(await call('GET', `${AUTH}/email`, { query: {
        verificationtoken: second } }), 973, 403);
    clock(901);
    refused(await go(second, ['Login'], map), 1230, 403);
    clock(0);
    const byBody = await call('POST', `${AUTH}/consent`, { json: {
        ConsentToken: second, Events: events('Login'),
        Data: choices(map) } });
    assert.match(granted(byBody).access_token, guid);
});

test('C1: a reset voids the token, a block refuses it', async () => {
    const p = await settled();
    forms(form('Login', 1, [news]));
    const consent = token(await login(p));
    const before = (await mails(p.email)).length;
    granted(await call('POST', `${AUTH}/password`,
        { json: { email: p.email } }));
    granted(await call('PUT', `${AUTH}/password/reset`, { json: {
        resettoken: (await mail(p.email, before + 1)).token,
        password: 'violet-harbour-88' } }));
    refused(await go(consent, ['Login'], { news: true }), 1229, 403);
    const again = token(await login(p, 'violet-harbour-88'));
    const [program, ...args] = process.env.DOORWARD_CTL.split(' ');
    execFileSync(program, [...args, 'user', 'disable', p.email]);
    const a = await go(again, ['Login'], { news: true });
    assert.ok([1229, 991].includes(a.json.ErrorCode), a.text);
});

test('50 parallel C1 with one token: one session (S-030, S-137)',
    async () => {
        const p = await settled();
        forms(form('Login', 1, [news]));
        const consent = token(await login(p));
        const logins = (await profile(p.token)).NoOfLogins;
        const all = await Promise.all(Array.from({ length: 50 }, () =>
            go(consent, ['Login'], { news: true })));
        assert.equal(all.filter((a) => a.status === 200).length, 1);
        assert.equal(all.filter((a) => a.json.ErrorCode === 1229).length,
            49);
        assert.equal((await profile(p.token)).NoOfLogins, logins + 1);
        assert.equal(granted(await logs(p.token)).ConsentLogs.length, 1);
    });

test('C1: with the policy in strict mode, 1194 is next', async () => {
    const p = await settled();
    forms(form('Login', 1, [news]));
    const consent = token(await login(p));
    configure({ 'privacy.mode': 'strict' });
    const a = await go(consent, ['Login'], { news: true });
    refused(a, 1194, 403);
    assert.match(a.json.Data.access_token, guid);
    assert.equal(granted(await verify(a.json.Data.access_token, 'Login'))
        .IsValid, true);
    granted(await call('GET', `${AUTH}/privacypolicy/accept`,
        { token: a.json.Data.access_token }));
    await profile(a.json.Data.access_token);
});

test('C1 and V1: a PIN is next where one is asked for', async () => {
    const p = await settled();
    forms(form('Login', 1, [news]));
    configure({ 'pin.enabled': 'yes', 'pin.ask_on_login': 'yes',
        'pin.required': 'yes',
        'privacy.mode': 'strict' });
    const limited = (await login(p)).json.Data.access_token;
    const consent = token(await call('GET',
        `${AUTH}/privacypolicy/accept`, { token: limited }));
    const a = await go(consent, ['Login'], { news: true });
    refused(a, 1243, 403);
    assert.match(a.json.Data.PINAuthToken, guid);
    const b = granted(await call('POST', `${AUTH}/pin/set/pinauthtoken`, {
        query: { pinauthtoken: a.json.PINAuthToken },
        json: { pin: '284917' } }));
    assert.deepEqual(given(b.Profile.ConsentProfile), ['news']);
    // Straight from the policy.
    const q = await settled();
    configure({ 'pin.enabled': 'yes', 'pin.ask_on_login': 'yes',
        'pin.required': 'yes',
        'privacy.mode': 'strict' });
    refused(await call('GET', `${AUTH}/privacypolicy/accept`, { token:
        (await login(q)).json.Data.access_token }), 1243, 403);
});

test('the first sign-in is asked for FirstLogin, later ones for Login',
    async () => {
        calm();
        const p = await register();
        granted(p.answer);
        granted(await call('GET', `${AUTH}/email`, { query: {
            verificationtoken: (await mail(p.email)).token } }));
        forms(form('FirstLogin', 1, [news]), form('Login', 1, [terms]));
        granted(await go(token(await login(p)), ['FirstLogin'],
            { news: true }));
        refused(await go(token(await login(p)), ['FirstLogin'],
            { news: true }), 1225, 403);
        granted(await go(token(await login(p)), ['Login'],
            { terms: true }));
        granted(await login(p));
    });

test('a form begins by itself, and a newer one asks again', async () => {
    const p = await settled();
    const soon = new Date(Date.now() + 3600e3).toISOString();
    forms(form('Login', 1, [news]), form('Login', 2, [news, terms],
        { start: soon }));
    granted(await go(token(await login(p)), ['Login'], { news: true }));
    granted(await login(p));
    clock(3700);
    const consent = token(await login(p));
    refused(await go(consent, ['Login'], { news: true }), 1225, 403);
    const a = granted(await go(consent, ['Login'], { news: true,
        terms: true }));
    assert.deepEqual(a.Profile.ConsentProfile.AcceptedConsentVersions,
        [version('Login', 2)]);
    clock(0);
});

test('withdrawing a strict option stops the next sign-in', async () => {
    const p = await settled();
    forms(form('Login', 1, [news, terms]));
    granted(await submit(p.token, ['Login'], { news: true, terms: true }));
    granted(await login(p));
    granted(await update(p.token, { news: false }));
    granted(await login(p));
    granted(await update(p.token, { terms: false }));
    const consent = token(await login(p));
    const a = granted(await go(consent, ['Login'], { news: false,
        terms: true }));
    assert.deepEqual(given(a.Profile.ConsentProfile), ['terms']);
});

test('a file that cannot be read changes nothing, and is said', async () => {
    const p = await settled();
    const file = join(process.env.DOORWARD_SITE, 'etc/consent.json');
    forms(form('Login', 1, [news]));
    token(await login(p));
    writeFileSync(file, '{"forms": [{"event": "Login"}]}');
    // A process that has read the good one goes on with it; one that has
    // not can say neither yes nor no.
    const a = await login(p);
    assert.ok([1226, 950].includes(a.json.ErrorCode), a.text);
    forms();
    granted(await login(p));
    // The same size and second: only the fraction of the second differs.
    forms(form('Login', 1, [news]));
    const at = Date.now() / 1000;
    utimesSync(file, at, at);
    refused(await login(p), 1226, 403);
    forms(form('Lagin', 1, [news]));
    granted(await login(p));
});

test('registration: consents are recorded with the account', async () => {
    calm();
    configure({ 'registration.verification': 'disabled' });
    forms(form('Register', 2, [news, terms]));
    for (const name of ['Register', 'Registration']) {
        const p = await register({ body: { Consents: {
            Events: events(name), Data: choices({ news: true,
                terms: true }) } } });
        const a = granted(p.answer).Data;
        assert.deepEqual(a.Profile.ConsentProfile.AcceptedConsentVersions,
            [version('Register', 2)]);
        assert.deepEqual(given(a.Profile.ConsentProfile),
            ['news', 'terms']);
        assert.equal(granted(await logs(a.access_token)).ConsentLogs.length,
            1);
    }
    for (const Consents of [{}, { Events: events('Register') },
        { Events: events('Login'), Data: choices({ news: true,
            terms: true }) },
        { Events: events('Register', 'Login'), Data: choices({ news: true,
            terms: true }) },
        { Events: events('Register'), Data: choices({ news: true }) },
        { Events: events('Register'), Data: choices({ news: true,
            terms: false }) },
        { Events: events('Register'), Data: choices({ news: true,
            terms: true, calls: true }) }])
        refused((await register({ body: { Consents } })).answer, 1225, 403);
    for (const Consents of ['x', 5, [], { Events: 'x' }, { Data: 5 }])
        refused((await register({ body: { Consents } })).answer, 1090, 400);
    // Without a form they are passed over.
    forms();
    const p = await register({ body: { Consents: { Events: events('x'),
        Data: choices({ y: true }) } } });
    assert.equal(granted(p.answer).Data.Profile.ConsentProfile, null);
    configure({ 'consent.file': '' });
    granted((await register({ body: { Consents: { Events: events('x'),
        Data: [] } } })).answer);
});

const nothing = { news: false, terms: true };

test('registration without consents: 1226, and C1 completes it',
    async () => {
        calm();
        configure({ 'registration.verification': 'disabled' });
        forms(form('Register', 1, [news, terms]));
        const p = await register();
        const consent = token(p.answer);
        const other = token(await login(p));
        const [program, ...args] = process.env.DOORWARD_CTL.split(' ');
        assert.ok(!execFileSync(program, [...args, 'user', 'export'])
            .includes(p.email), 'nothing is exported that is not finished');
        assert.match(execFileSync(program, [...args, 'user', 'show',
            p.email]).toString(), /unfinished/);
        refused(await go(consent, ['Login'], nothing), 1225, 403);
        const a = granted(await go(consent, ['Register'], nothing));
        assert.match(a.access_token, guid);
        assert.equal(a.Profile.NoOfLogins, 1);
        refused(await go(consent, ['Register'], nothing), 1229, 403);
        // The token of the sign-in asks for what is there by now.
        granted(await go(other, ['Register'], nothing));
        granted(await login(p));
    });

test('registration without consents can be made anew', async () => {
    calm();
    configure({ 'registration.verification': 'disabled' });
    forms(form('Register', 1, [news, terms]));
    const p = await register();
    const consent = token(p.answer);
    const again = await register({ email: p.email, body: { Consents: {
        Events: events('Register'), Data: choices(nothing) } } });
    const a = granted(again.answer).Data;
    assert.match(a.access_token, guid);
    refused(await go(consent, ['Register'], nothing), 1229, 403);
    refused((await register({ email: p.email })).answer, 936, 403);
});

test('without consents in the required flow: Posted, then the mail',
    async () => {
        calm();
        forms(form('Register', 1, [news, terms]));
        const p = await register({}, { query: {
            verificationurl: 'https://app.example.org/docs/verify' } });
        const consent = token(p.answer);
        assert.deepEqual(granted(await go(consent, ['Register'], nothing)),
            { IsPosted: true });
        const m = await mail(p.email);
        assert.match(m.link, /^https:\/\/app\.example\.org\/docs\/verify/);
        assert.equal((await mails(p.email)).length, 1);
        granted(await call('GET', `${AUTH}/email`,
            { query: { verificationtoken: m.token } }));
        const a = granted(await login(p));
        assert.deepEqual(given(a.Profile.ConsentProfile), ['terms']);
    });

test('C1: 1122 where the source has caused too many mails', async () => {
    calm();
    forms(form('Register', 1, [terms]));
    configure({ 'mail.per_hour_source': '1' });
    const from = source();
    const tokens = [];
    for (let i = 0; i < 2; i++)
        tokens.push(token((await register({}, { from })).answer));
    granted(await go(tokens[0], ['Register'], { terms: true }, { from }));
    refused(await go(tokens[1], ['Register'], { terms: true }, { from }),
        1122, 403);
    configure({ 'mail.per_hour_source': '20' });
    granted(await go(tokens[1], ['Register'], { terms: true }, { from }));
});

test('without consents a known address is answered like a fresh one (S-019)',
    async () => {
        const known = await settled();
        forms(form('Register', 1, [news, terms]));
        const fresh = await register();
        const again = await register({ email: known.email });
        const tokens = [fresh, again].map((p) => token(p.answer));
        const hide = (a) => a.text.replaceAll(a.json.ConsentToken, '');
        assert.equal(hide(fresh.answer), hide(again.answer));
        for (const t of tokens)
            refused(await go(t, ['Register'], { news: true }), 1225, 403);
        const answers = [];
        for (const t of tokens)
            answers.push(await go(t, ['Register'], nothing));
        assert.deepEqual(granted(answers[0]), { IsPosted: true });
        assert.equal(answers[0].text, answers[1].text);
        for (const t of tokens)
            refused(await go(t, ['Register'], nothing), 1229, 403);
        // The owner hears of it; the account is as it was.
        const told = await mail(known.email, 2);
        assert.match(told.text, /login/);
        assert.equal((await profile(known.token)).ConsentProfile, null);
        granted(await login(known));
    });

test('50 registrations at once without consents: one account (F-29)',
    async () => {
        calm();
        forms(form('Register', 1, [news, terms]));
        const email = address();
        const all = await Promise.all(Array.from({ length: 50 }, () =>
            register({ email })));
        const tokens = all.map((p) => token(p.answer));
        assert.equal(new Set(tokens).size, 50);
        const done = await Promise.all(tokens.map((t) =>
            go(t, ['Register'], nothing)));
        assert.equal(done.filter((a) => a.status === 200).length, 1);
        await mail(email);
        assert.equal((await mails(email)).length, 1);
    });

test('an unfinished account whose form has gone is one like all others',
    async () => {
        calm();
        configure({ 'registration.verification': 'disabled' });
        forms(form('Register', 1, [terms]));
        const p = await register();
        const consent = token(p.answer);
        const word = await call('POST', `${AUTH}/login`, { json: {
            email: p.email, password: `${password}x` } });
        refused(word, 966, 401);
        forms();
        granted(await login(p));
        refused(await go(consent, ['Register'], { terms: true }), 1224, 403);
    });
