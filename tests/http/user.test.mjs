// A1, A2, N1.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, address, call, granted, login, mail, mails, openapi, refused,
    signedIn, time } from './api.mjs';

const read = (token, query) => call('GET', `${AUTH}/account`,
    { token, query });
const update = (token, json, query) => call('PUT', `${AUTH}/account`,
    { token, json, query });

test('A1: the whole profile, every member of the description', async () => {
    const p = await signedIn();
    const a = granted(await read(p.token));
    const api = await openapi();
    assert.deepEqual(Object.keys(a).sort(),
        Object.keys(api.components.schemas.Profile.properties).sort());
    assert.equal(a.Uid, p.session.Profile.Uid);
    assert.notEqual(a.ID, a.Uid);
    assert.equal(a.Provider, 'Email');
    assert.deepEqual(a.Email, [{ Type: 'Primary', Value: p.email }]);
    assert.equal(a.Password, '**********');
    assert.match(a.CreatedDate, time);
    assert.equal(a.LoginLockedType, 'None');
});

test('A1: fields', async () => {
    const p = await signedIn();
    assert.deepEqual(granted(await read(p.token,
        { fields: 'email(value),UID,nothing' })),
    { Uid: p.session.Profile.Uid, Email: [{ Value: p.email }] });
    refused(await read(p.token, { fields: 'a,,b' }), 908, 400);
});

test('A2: members that are sent change, the others stay', async () => {
    const p = await signedIn();
    const a = granted(await update(p.token, { FirstName: 'Mira',
        lastname: 'O\'Neill', BirthDate: '02/29/2000', Gender: 'F',
        Addresses: [{ Type: 'Home', City: 'Bern' }] }));
    assert.equal(a.IsPosted, true);
    assert.equal(a.Data.FirstName, 'Mira');
    assert.equal(a.Data.LastName, 'O\'Neill');
    const b = granted(await update(p.token, { Company: 'Example' })).Data;
    assert.equal(b.FirstName, 'Mira');
    assert.equal(b.Company, 'Example');
    assert.equal(b.Addresses[0].City, 'Bern');
    assert.deepEqual(granted(await read(p.token)).Company, 'Example');
});

test('A2: null is ignored unless nullsupport says otherwise', async () => {
    const p = await signedIn();
    granted(await update(p.token, { FirstName: 'Mira', City: 'Bern' }));
    let a = granted(await update(p.token, { FirstName: null })).Data;
    assert.equal(a.FirstName, 'Mira');
    a = granted(await update(p.token, { FirstName: null },
        { nullSupport: 'true' })).Data;
    assert.equal(a.FirstName, null);
    a = granted(await update(p.token, { City: null, NullSupport: true }))
        .Data;
    assert.equal(a.City, null);
    refused(await update(p.token, { City: 'x' }, { nullsupport: 'y' }), 908,
        400);
});

test('A2: elements come, merge and go by their key', async () => {
    const p = await signedIn();
    granted(await update(p.token, { Addresses: [
        { Type: 'Home', City: 'Bern' }, { Type: 'Work', City: 'Basel' }] }));
    const a = granted(await update(p.token, { Addresses: [
        { Type: 'Work', op: 'delete' }] })).Data;
    assert.deepEqual(a.Addresses.map((x) => x.Type), ['Home']);
    refused(await update(p.token, { Addresses: [{ Type: 'a' },
        { Type: 'a' }] }), 1107, 400);
});

test('A2: 50 updates at once lose nothing (S-137)', async () => {
    const p = await signedIn();
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) =>
        call('PUT', `${AUTH}/account`, { token: p.token, json: {
            Addresses: [{ Type: `a${i}`, City: `City ${i}` }] } })));
    for (const a of all)
        granted(a);
    const { Addresses } = granted(await call('GET', `${AUTH}/account`,
        { token: p.token }));
    assert.deepEqual(Addresses.map((a) => a.City).sort(),
        Array.from({ length: 50 }, (_, i) => `City ${i}`).sort());
});

test('A2: what a user may not write stays (S-044, F-36)', async () => {
    const p = await signedIn();
    const before = granted(await read(p.token));
    const after = granted(await update(p.token, { Roles: ['admin'],
        EmailVerified: false, IsActive: false, Uid: 'f'.repeat(32),
        ID: 'f'.repeat(32), PhoneIdVerified: true, NoOfLogins: 99,
        CreatedDate: '2001-01-01T00:00:00.000Z', Provider: 'x',
        IsLoginLocked: true, Identities: [{}], FirstName: 'Mira' })).Data;
    for (const name of ['Roles', 'EmailVerified', 'IsActive', 'Uid', 'ID',
        'PhoneIdVerified', 'NoOfLogins', 'CreatedDate', 'Provider',
        'IsLoginLocked', 'Identities'])
        assert.deepEqual(after[name], before[name], name);
    assert.equal(after.FirstName, 'Mira');
});

test('A2: a stolen token does not change password or address', async () => {
    const p = await signedIn();
    granted(await update(p.token, { Password: 'violet-harbour-88' }));
    granted(await login(p));
    refused(await update(p.token, { Email: [{ Type: 'Primary',
        Value: address() }] }), 1174, 403);
});

test('A2: errors name what is wrong', async () => {
    const p = await signedIn();
    const ask = async (json, code) =>
        refused(await update(p.token, json), code);
    await ask({ BirthDate: '13/40/2001' }, 968);
    await ask({ CustomFields: { nobody: 'x' } }, 993);
    await ask({ FirstName: 5 }, 1090);
    await ask({ FirstName: ['x'] }, 1090);
    await ask({ Website: 'javascript:alert(1)' }, 1134);
    const long = await update(p.token, { FirstName: 'x'.repeat(1001) });
    refused(long, 1134, 403);
    assert.equal(long.json.Errors[0].FieldName, 'FirstName');
    refused(await call('PUT', `${AUTH}/account`, { token: p.token }), 1079,
        400);
    refused(await update(undefined, { FirstName: 'x' }), 1060, 400);
    refused(await update('x', { FirstName: 'x' }), 905, 403);
});

test('A2: hostile text comes back as it was (S-104)', async () => {
    const p = await signedIn();
    const hostile = '<script>"\'&{{x}}\u2028\u{1F600}</script>';
    const a = granted(await update(p.token, { About: hostile })).Data;
    assert.equal(a.About, hostile);
});

test('N1: sets a name once free, and tells its owner', async (t) => {
    const p = await signedIn();
    const put = (username) => call('PUT', `${AUTH}/username`,
        { token: p.token, json: { username } });
    const name = `n${address().slice(1, 13)}`;
    const a = await put(name);
    if (a.json.ErrorCode === 1238)
        return t.skip('login.username is off');
    const before = 1;
    assert.deepEqual(granted(a), { IsPosted: true });
    await mail(p.email, before + 1);
    assert.equal(granted(await read(p.token)).UserName, name);
    const q = await signedIn();
    refused(await call('PUT', `${AUTH}/username`, { token: q.token,
        json: { UserName: name.toUpperCase() } }), 1017, 403);
    refused(await put('a b'), 1204, 403);
    refused(await put('x'.repeat(33)), 1204, 403);
    refused(await put('a@b'), 1024, 403);
    refused(await put('12345'), 1024, 403);
    refused(await put(''), 1075, 400);
    refused(await call('PUT', `${AUTH}/username`, { json: { username: 'x' },
    }), 1060, 400);
    refused(await call('PUT', `${AUTH}/username`, { token: p.token }), 1079,
        400);
    assert.ok((await mails(p.email)).length >= 2);
    return undefined;
});
