// A site with a registration schema, which decides at registration, in
// updates and for user names alike.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, address, base, call, cookieHeader, granted, keepCookies,
    password, refused, register, sott, source } from '../api.mjs';

const good = { FirstName: 'Ada', Addresses: [{ City: 'Rome' }],
    CustomFields: { size: 's', terms: 'true' } };
const join = (body, options) => register({ body: { ...good, ...body } },
    options).then((p) => p.answer);
const update = (token, json, query) => call('PUT', `${AUTH}/account`,
    { token, json, query });
const named = (answer) => answer.json.Errors.map((e) => e.FieldName);
const said = (answer, name) => answer.json.Errors
    .find((e) => e.FieldName === name)?.ErrorMessage;

async function member(body) {
    const { Data } = granted(await join(body));
    return { token: Data.access_token, profile: Data.Profile };
}

test('RG1: every field that is wrong is named at once (1134)', async () => {
    const none = await call('POST', `${AUTH}/register`, {
        headers: { 'X-Doorward-Sott': await sott() },
        json: { Email: address(), Password: password } });
    refused(none, 1134, 403);
    assert.deepEqual(named(none), ['FirstName', 'Addresses.City',
        'CustomFields.size', 'CustomFields.terms']);
    assert.equal(said(none, 'FirstName'), 'This is required.');
    const bad = await join({ FirstName: 'A', About: 'x'.repeat(201),
        PhoneNumbers: [{ PhoneNumber: 'none' }],
        CustomFields: { size: 'xl', terms: 'false', second: 'ada@',
            member: '12345' } });
    refused(bad, 1134);
    assert.deepEqual(named(bad), ['FirstName', 'PhoneNumbers.PhoneNumber',
        'About', 'CustomFields.size', 'CustomFields.second',
        'CustomFields.member', 'CustomFields.terms']);
    assert.equal(said(bad, 'PhoneNumbers.PhoneNumber'),
        'Use digits and blanks.');
    assert.equal(said(bad, 'CustomFields.member'),
        'Use exactly 6 characters.');
    assert.equal(said(bad, 'CustomFields.terms'), 'This must be ticked.');
    assert.equal(said(bad, 'CustomFields.size'), 'Choose one of the list.');
});

test('RG1: what the schema does not know as custom is 993', async () => {
    refused(await join({ CustomFields: { ...good.CustomFields,
        nope: '1' } }), 993, 403);
    refused(await join({ CustomFields: { ...good.CustomFields,
        Size: 's' } }), 993);
});

test('RG1: rules of the address and of the user name', async () => {
    const elsewhere = await register({ email: 'ada@example.org',
        body: good });
    refused(elsewhere.answer, 1134);
    assert.equal(said(elsewhere.answer, 'Email'),
        'Use an address of example.com.');
    const short = await join({ UserName: 'ab' });
    refused(short, 1134);
    assert.deepEqual(named(short), ['UserName']);
});

test('RG1: birth date 968, minimum age 1163 after all else', async () => {
    const year = new Date().getUTCFullYear();
    refused(await join({ BirthDate: '31-12-1990' }), 968, 400);
    refused(await join({ BirthDate: `01-01-${year + 1}` }), 968);
    refused(await join({ BirthDate: `01-01-${year - 10}` }), 1163, 403);
    refused(await join({ BirthDate: `01-01-${year - 10}`,
        Password: 'password1' }), 1216);
    granted(await join({ BirthDate: '2/29/1988' }));
});

test('RG1: single addresses are refused and let in', async () => {
    refused((await register({ email: 'Nobody@Example.com', body: good }))
        .answer, 1056, 403);
    refused((await register({ email: address().replace('example.com',
        'blocked.example.com'), body: good })).answer, 1247, 403);
    granted((await register({ email: 'friend@blocked.example.com',
        body: good })).answer);
});

test('registration data: no list has a record (1150)', async () => {
    const RegistrationData = { Data: [{ DataSource: 'x',
        Value: { Id: '1' } }] };
    refused(await join({ RegistrationData }), 1150, 403);
    const { token } = await member({ RegistrationData: { Data: [] } });
    refused(await update(token, { RegistrationData }), 1150);
    refused(await update(token, { RegistrationData: 'x' }), 1090);
    granted(await update(token, { RegistrationData: null }));
});

test('where it came from: trusted proxy, Referer, X-Platform', async () => {
    const from = async (headers, body = {}, more = { from: null }) =>
        granted(await join(body, { headers: {
            'X-Doorward-Sott': await sott(), 'X-Forwarded-For': source(),
            ...headers }, ...more })).Data.Profile;
    const sent = await from({ 'X-Test-City': 'Bergen',
        'X-Test-Country': 'no', 'X-Platform': 'ios' });
    assert.equal(sent.LocalCity, 'Bergen');
    assert.equal(sent.LocalCountry, 'Norway');
    assert.equal(sent.RegistrationSource, 'iOS');
    const own = await from({ 'X-Test-City': 'Bergen',
        'X-Test-Country': 'XX', Referer: 'https://app.example.org/join',
        'X-Platform': 'Android' }, { LocalCity: 'Oslo' });
    assert.equal(own.LocalCity, 'Oslo');
    assert.equal(own.LocalCountry, null);
    assert.equal(own.RegistrationSource, 'https://app.example.org/join');
    assert.equal((await from({ 'X-Platform': 'android' }))
        .RegistrationSource, 'Android');
    const none = await from({ 'X-Platform': 'toaster' });
    assert.equal(none.RegistrationSource, 'API');
    assert.equal(none.LocalCity, null);
    // The proxy tells where the back end is, not its visitor.
    assert.equal((await from({ 'X-Test-City': 'Bergen' }, {}, {})).LocalCity,
        null);
});

test('A2: only what changes is judged, by the same rules', async () => {
    const { token, profile } = await member();
    granted(await update(token, { NickName: 'A' }));
    granted(await update(token, profile));
    const empty = await update(token, { FirstName: null },
        { nullsupport: 'true' });
    refused(empty, 1134, 403);
    assert.deepEqual(named(empty), ['FirstName']);
    refused(await update(token, { FirstName: '' }), 1134);
    granted(await update(token, { FirstName: null }));
    refused(await update(token, { CustomFields: { size: 'xl' } }), 1134);
    refused(await update(token, { CustomFields: { terms: 'false' } }), 1134);
    refused(await update(token, { Addresses: [{ Type: 'Default',
        op: 'delete' }] }), 1134);
    refused(await update(token, { CustomFields: { nope: '1' } }), 993);
    const now = granted(await call('GET', `${AUTH}/account`, { token }));
    assert.equal(now.FirstName, 'Ada');
    assert.deepEqual(now.CustomFields, good.CustomFields);
});

test('A2: a field of permission r stays as it was registered (S-044)',
    async () => {
        const { token, profile } = await member({ CustomFields:
            { ...good.CustomFields, member: '123456' } });
        assert.equal(profile.CustomFields.member, '123456');
        for (const CustomFields of [{ member: '654321', size: 'l' },
            { member: null, size: 'l' }]) {
            const { Data } = granted(await update(token, { CustomFields },
                { nullsupport: 'true' }));
            assert.deepEqual(Data.CustomFields, { size: 'l', terms: 'true',
                member: '123456' });
        }
    });

test('A2, N1: user names by the schema, none is 1075', async () => {
    const { token } = await member();
    const set = (username) => call('PUT', `${AUTH}/username`,
        { token, json: { username } });
    refused(await set('a1'), 1134, 403);
    refused(await update(token, { UserName: 'a-b-c' }), 1134);
    refused(await update(token, { UserName: '' }), 1075, 400);
    const name = `ada${Date.now()}`;
    granted(await update(token, { UserName: name }));
    const now = granted(await call('GET', `${AUTH}/account`,
        { token, query: { fields: 'UserName' } }));
    assert.deepEqual(now, { UserName: name });
});

test('A2: fields= trims Data and nothing around it', async () => {
    const { token } = await member();
    const a = granted(await update(token, { NickName: 'Ad' }, {
        fields: 'Data/NickName,IsPosted,addresses(city),nonsense' }));
    assert.deepEqual(a, { IsPosted: true, Data: { NickName: 'Ad',
        Addresses: [{ City: 'Rome' }] } });
});

test('sign-up: a text in the place of an object or a list is nothing (S-113)',
    async () => {
        const jar = new Map();
        const page = await fetch(`${base}/signup`);
        keepCookies(jar, page.headers);
        const form_token = (await page.text())
            .match(/name="form_token" value="([^"]*)"/)[1];
        const post = (more) => fetch(`${base}/signup`, { method: 'POST',
            redirect: 'manual', headers: { Origin: new URL(base).origin,
                ...cookieHeader(jar) },
            body: new URLSearchParams({ form_token, email: address(),
                new_password: password, ...more }) });
        for (const name of ['Addresses', 'PhoneNumbers', 'CustomFields']) {
            const answer = await post({ [name]: 'x' });
            assert.ok(answer.status < 500, `${name}: ${answer.status}`);
            assert.match(await answer.text(), /name="form_token"/);
        }
    });
