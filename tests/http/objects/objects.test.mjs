// Custom objects: C1 to C10.  The site has the names colors and other, which
// owners write, notes, which they read, and rights, which is not theirs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, base, call, granted, key, nowhere, refused, signedIn,
    time } from '../api.mjs';

const MANAGE = '/identity/v2/manage/account';
const ada = await signedIn();
const eve = await signedIn();
const uid = (p) => p.session.Profile.Uid;
const from = null;  // no limit is met here

// As the owner, and as a back end: the same five calls.
const owner = (p) => ({ at: `${AUTH}/customobject`, token: p.token });
const backEnd = (p) => ({ at: `${MANAGE}/${uid(p)}/customobject` });
const ask = (who, method, id, query, more) => call(method,
    id === undefined ? who.at : `${who.at}/${encodeURIComponent(id)}`,
    { token: who.token, query, ...more });
const colors = { objectname: 'colors' };
const create = (who, data, query = colors) =>
    ask(who, 'POST', undefined, query, { json: data });
const list = (who, query = colors) => ask(who, 'GET', undefined, query);
const read = (who, id, query = colors) => ask(who, 'GET', id, query);
const update = (who, id, data, updatetype, query = colors) =>
    ask(who, 'PUT', id, updatetype === undefined ? query :
        { ...query, updatetype }, { json: data });
const remove = (who, id, query = colors) => ask(who, 'DELETE', id, query);
const raw = (text, type = 'application/json') =>
    ({ raw: text, headers: { 'Content-Type': type } });
const createRaw = (who, text, type) =>
    ask(who, 'POST', undefined, colors, raw(text, type));

// Nothing of other tests is in the way.
async function emptied(who, query) {
    for (const { Id } of granted(await list(who, query)).data)
        granted(await remove(who, Id, query));
}

for (const [name, side] of [['owner', owner], ['back end', backEnd]])
    test(`${name}: create, read, list, change, delete (C1-C10)`, async () => {
        const who = side(ada);
        const data = { zeta: 1, Alpha: { b: [1, null, 'x'] }, alpha: true };
        const made = granted(await create(who, data));
        assert.deepEqual(Object.keys(made), ['Id', 'IsActive', 'DateCreated',
            'DateModified', 'IsDeleted', 'Uid', 'CustomObject']);
        assert.match(made.Id, /^[0-9a-f]{24}$/);
        assert.equal(made.IsActive, true);
        assert.equal(made.IsDeleted, false);
        assert.equal(made.Uid, uid(ada));
        assert.match(made.DateCreated, time);
        assert.equal(made.DateModified, made.DateCreated);
        assert.deepEqual(made.CustomObject, data);
        assert.deepEqual(Object.keys(made.CustomObject),
            ['zeta', 'Alpha', 'alpha']);
        assert.deepEqual(granted(await read(who, made.Id)), made);
        assert.deepEqual(granted(await read(who, made.Id.toUpperCase())),
            made);
        assert.deepEqual(granted(await list(who)), { data: [made],
            Count: 1 });
        const changed = granted(await update(who, made.Id,
            { Alpha: { c: 2 }, beta: null }, 'PartialReplace'));
        assert.deepEqual(changed.CustomObject, { zeta: 1, Alpha: { c: 2 },
            alpha: true, beta: null });
        assert.deepEqual(Object.keys(changed.CustomObject),
            ['zeta', 'Alpha', 'alpha', 'beta']);
        const whole = granted(await update(who, made.Id, { only: 1 },
            'REPLACE'));
        assert.deepEqual(whole.CustomObject, { only: 1 });
        for (const type of [undefined, 'default', 'Default', ''])
            granted(await update(who, made.Id, { [`k${type}`]: 1 }, type));
        assert.deepEqual(granted(await read(who, made.Id)).CustomObject,
            { only: 1, kundefined: 1, kdefault: 1, kDefault: 1, k: 1 });
        assert.deepEqual(granted(await remove(who, made.Id)),
            { IsDeleted: true });
        refused(await read(who, made.Id), 1057, 403);
        refused(await update(who, made.Id, {}), 1057, 403);
        refused(await remove(who, made.Id), 1057, 403);
        assert.deepEqual(granted(await list(who)), { data: [], Count: 0 });
    });

test('data comes back as it was: numbers, order, case, words (S-116)',
    async () => {
        const text = '{ "b":1.10, "a":[1e5, 123456789012345678901234, -0],' +
            ' "B":"\\u00e9\\/<b>&\\u2028 description Description errorCode",' +
            ' "":{}, "ErrorCode":1 }';
        const a = await createRaw(owner(ada), text);
        granted(a);
        assert.match(a.text, /"b":1\.10,"a":\[1e5,123456789012345678901234,-0\],"B"/);
        assert.doesNotMatch(a.text, /description|Description|errorCode|<|&/);
        assert.deepEqual(a.json.CustomObject, JSON.parse(text));
        const again = await read(owner(ada), a.json.Id);
        assert.equal(again.text, a.text);
        const more = await update(owner(ada), a.json.Id, { c: 1.5 });
        assert.match(more.text, /"b":1\.10,"a":\[1e5,123456789012345678901234,-0\],"B"/);
        await emptied(owner(ada));
    });

test('objectname: declared ones alone, and what owners may (1036, 1064)',
    async () => {
        for (const side of [owner, backEnd]) {
            const who = side(ada);
            for (const query of [{}, { objectname: '' }]) {
                refused(await create(who, {}, query), 1036, 400);
                refused(await list(who, query), 1036, 400);
                refused(await read(who, 'x', query), 1036, 400);
                refused(await update(who, 'x', {}, 'replace', query), 1036,
                    400);
                refused(await remove(who, 'x', query), 1036, 400);
            }
            for (const objectname of ['unknown', 'Colors', 'colors ',
                'x'.repeat(65), '*', 'colors:write']) {
                refused(await create(who, {}, { objectname }), 1064, 403);
                refused(await list(who, { objectname }), 1064, 403);
                refused(await read(who, 'x', { objectname }), 1064, 403);
                refused(await update(who, 'x', {}, '', { objectname }), 1064,
                    403);
                refused(await remove(who, 'x', { objectname }), 1064, 403);
            }
            assert.equal(granted(await list(who,
                { customobjectid: 'colors' })).Count, 0);
            refused(await list(who, { customobjectid: 'colors',
                objectname: 'other' }), 908, 400);
        }
        for (const objectname of ['notes', 'rights']) {
            const { Id } = granted(await create(backEnd(ada), { a: 1 },
                { objectname }));
            for (const a of [await create(owner(ada), {}, { objectname }),
                await update(owner(ada), Id, {}, '', { objectname }),
                await remove(owner(ada), Id, { objectname })])
                refused(a, 1064, 403);
            const seen = [await list(owner(ada), { objectname }),
                await read(owner(ada), Id, { objectname })];
            for (const a of seen)
                if (objectname === 'notes')
                    granted(a);
                else
                    refused(a, 1064, 403);
            granted(await remove(backEnd(ada), Id, { objectname }));
        }
    });

test('a record is its account\'s and its name\'s alone (S-121)', async () => {
    const mine = granted(await create(owner(ada), { secret: 'ada\'s' }));
    const hidden = granted(await create(backEnd(ada),
        { IsClientSideDisable: true, a: 1 }));
    const others = [[owner(eve), colors], [backEnd(eve), colors],
        [owner(ada), { objectname: 'other' }],
        [backEnd(ada), { objectname: 'other' }]];
    const ids = [mine.Id, '0'.repeat(24), 'x', nowhere, `${mine.Id}0`,
        mine.Id.slice(1), 'é', 'a/b', '..', '%2e', 'x'.repeat(400)];
    for (const [who, query] of others)
        for (const id of ids) {
            const all = [await read(who, id, query),
                await update(who, id, { secret: 'taken' }, 'replace', query),
                await remove(who, id, query)];
            for (const a of all)
                if (a.status !== 404)
                    refused(a, 1057, 403);
                else    // no such path, to the server or to us
                    assert.match(id, /[/.]/);
            if (id === mine.Id)
                assert.doesNotMatch(all[0].text, /ada's/);
        }
    // Unknown and foreign are one answer, but for the request's own parts.
    assert.equal((await read(owner(eve), mine.Id)).text,
        (await read(owner(eve), '0'.repeat(24))).text);
    assert.equal(granted(await list(owner(eve))).Count, 0);
    assert.equal(granted(await list(backEnd(eve))).Count, 0);
    for (const a of [await read(owner(ada), hidden.Id),
        await update(owner(ada), hidden.Id, {}),
        await remove(owner(ada), hidden.Id)])
        refused(a, 1057, 403);
    assert.deepEqual(granted(await list(owner(ada))).data, [mine]);
    assert.equal(granted(await list(backEnd(ada))).Count, 2);
    assert.deepEqual(granted(await read(backEnd(ada), mine.Id)), mine);
    await emptied(backEnd(ada));
});

test('IsClientSideDisable: of back ends that create, and never data',
    async () => {
        const of = async (data) => granted(await create(backEnd(ada), data));
        const hidden = await of({ a: 1, IsClientSideDisable: true, b: 2 });
        assert.deepEqual(hidden.CustomObject, { a: 1, b: 2 });
        refused(await read(owner(ada), hidden.Id), 1057, 403);
        const changed = granted(await update(backEnd(ada), hidden.Id,
            { IsClientSideDisable: false }));
        assert.deepEqual(changed.CustomObject, { a: 1, b: 2,
            IsClientSideDisable: false });
        refused(await read(owner(ada), hidden.Id), 1057, 403);
        const seen = await of({ IsClientSideDisable: false });
        assert.deepEqual(seen.CustomObject, {});
        granted(await read(owner(ada), seen.Id));
        refused(await create(backEnd(ada), { IsClientSideDisable: 'yes' }),
            1035, 400);
        const other = await of({ isClientSideDisable: true });
        assert.deepEqual(other.CustomObject, { isClientSideDisable: true });
        const own = granted(await create(owner(ada),
            { IsClientSideDisable: true }));
        assert.deepEqual(own.CustomObject, { IsClientSideDisable: true });
        granted(await read(owner(ada), own.Id));
        await emptied(backEnd(ada));
    });

test('accounts of back ends: 938 for nobody, 984 for no uid', async () => {
    const calls = [(w) => create(w, {}), list, (w) => read(w, nowhere),
        (w) => update(w, '0'.repeat(24), {}),
        (w) => remove(w, '0'.repeat(24))];
    for (const one of calls) {
        refused(await one({ at: `${MANAGE}/${'0'.repeat(32)}/customobject` }),
            938, 403);
        for (const bad of ['x', `${uid(ada)}0`, uid(ada).slice(1), 'é', '%20',
            'x'.repeat(300)])
            refused(await one({ at: `${MANAGE}/${encodeURIComponent(bad)}/` +
                'customobject' }), 984, 403);
    }
    const made = granted(await create({ at:
        `${MANAGE}/${uid(ada).toUpperCase()}/CustomObject/` }, { a: 1 }));
    assert.equal(made.Uid, uid(ada));
    await emptied(backEnd(ada));
    refused(await call('GET', `${MANAGE}/${uid(ada)}/customobject`,
        { query: colors, from }), 923, 400);
    refused(await call('GET', `${AUTH}/customobject`, { query: colors }),
        1060, 400);
    refused(await call('GET', `${AUTH}/customobject`, { query: colors,
        token: nowhere }), 905, 403);
});

test('bodies that are none of it (1035, 1079, 1083, 1090; S-116)',
    async () => {
        const { Id } = granted(await create(owner(ada), {}));
        const both = async (text, code, type) => {
            refused(await createRaw(owner(ada), text, type), code, 400);
            refused(await ask(owner(ada), 'PUT', Id, colors,
                raw(text, type)), code, 400);
        };
        for (const text of ['[]', '"x"', '""', '1', 'null', 'true', '{',
            '{"a":}', '{}x', '{"a":01}', '{"a":1,}', '\ufeff{}', '[[{}]]'])
            await both(text, 1035);
        for (const text of ['{"a":1,"a":1}', '{"a":1,"\\u0061":2}',
            '{"x":{"b":1,"b":1}}', '{"a":"\\u0000"}', '{"a":"\\ud800"}',
            Buffer.from('{"a":"\xff"}', 'latin1')])
            await both(text, 1090);
        const named = await createRaw(owner(ada), '{"x":1,"a":"\\u0000"}');
        assert.match(named.json.Description, /parameter: a\)/);
        await both('{}', 1083, 'text/plain');
        await both('a=1', 1035, 'application/x-www-form-urlencoded');
        granted(await createRaw(owner(ada), '{"form":"declared"}',
            'application/x-www-form-urlencoded'));
        refused(await createRaw(owner(ada), ''), 1035, 400);
        refused(await ask(owner(ada), 'PUT', Id, colors, raw('')), 1079, 400);
        refused(await update(owner(ada), Id, {}, 'merge'), 908, 400);
        // What looks like ours is data.
        const own = { access_token: nowhere, apikey: 'x', objectname: 'y',
            Id: 1, Uid: 2, CustomObject: {}, CUSTOMOBJECT: 3 };
        assert.deepEqual(granted(await create(owner(ada), own))
            .CustomObject, own);
        refused(await call('POST', `${AUTH}/customobject`, { query: colors,
            json: { access_token: ada.token } }), 1060, 400);
        await emptied(owner(ada));
    });

const nested = (n) => '{"a":'.repeat(n) + '1' + '}'.repeat(n);
const members = (n, first = 0) => Object.fromEntries(
    Array.from({ length: n }, (_, i) => [`m${first + i}`, 1]));

test('limits: 96 KiB, 16 levels, 1000 members, also by merging (S-120)',
    async () => {
        const size = (n) => ({ a: 'x'.repeat(n - '{"a":""}'.length) });
        granted(await create(owner(ada), size(90 * 1024)));
        const full = granted(await create(owner(ada), size(96 * 1024)));
        for (const n of [96 * 1024 + 1, 97 * 1024, 130 * 1024])
            refused(await create(owner(ada), size(n)), 1035, 400);
        refused(await update(owner(ada), full.Id, size(96 * 1024 + 1)), 1035,
            400);
        refused(await update(owner(ada), full.Id, { b: 1 }), 1035, 400);
        assert.deepEqual(granted(await read(owner(ada), full.Id)), full);
        granted(await createRaw(owner(ada), nested(16)));
        refused(await createRaw(owner(ada), nested(17)), 1035, 400);
        const many = granted(await create(owner(ada), members(1000)));
        refused(await create(owner(ada), members(1001)), 1035, 400);
        refused(await update(owner(ada), many.Id, { more: 1 }), 1035, 400);
        granted(await update(owner(ada), many.Id, { m0: 2 }));
        granted(await update(owner(ada), many.Id, members(1000, 500),
            'replace'));
        await emptied(owner(ada));
    });

test('100 records of a name, decided under parallel creation (1002)',
    async () => {
        const zoe = await signedIn();
        const all = await Promise.all(Array.from({ length: 110 }, (_, n) =>
            create(n % 2 ? owner(zoe) : backEnd(zoe), { n })));
        assert.equal(all.filter((a) => a.status === 200).length, 100);
        for (const a of all)
            if (a.status !== 200)
                refused(a, 1002, 403);
        const { data, Count } = granted(await list(owner(zoe)));
        assert.equal(Count, 100);
        assert.equal(data.length, 100);
        assert.equal(new Set(data.map((r) => r.Id)).size, 100);
        granted(await create(owner(zoe), {}, { objectname: 'other' }));
        granted(await remove(owner(zoe), data[0].Id));
        granted(await create(owner(zoe), {}));
        refused(await create(owner(zoe), {}), 1002, 403);
    });

test('all of a name together are at most 4 MiB (1002)', async () => {
    const zoe = await signedIn();
    const part = { a: 'x'.repeat(90000) };
    const all = await Promise.all(Array.from({ length: 50 }, () =>
        create(backEnd(zoe), part)));
    const ids = all.filter((a) => a.status === 200).map((a) => a.json.Id);
    assert.equal(ids.length, 46);
    refused(await create(backEnd(zoe), part), 1002, 403);
    const small = granted(await create(backEnd(zoe), { a: 1 }));
    refused(await update(backEnd(zoe), small.Id, part), 1002, 403);
    assert.deepEqual(granted(await read(backEnd(zoe), small.Id)), small);
    // Each of these is six bytes of the answer.
    const wide = { a: '<'.repeat(90000) };
    granted(await update(backEnd(zoe), ids[0], wide));
    const { data } = granted(await list(backEnd(zoe)));
    assert.equal(data.length, 47);
    assert.deepEqual(data.find((r) => r.Id === ids[0]).CustomObject, wide);
});

test('50 writers of different members lose nothing (S-121)', async () => {
    const { Id } = granted(await create(owner(ada), { kept: [1] }));
    const names = Array.from({ length: 50 }, (_, i) => `w${i}`);
    for (const round of [1, 2])
        for (const a of await Promise.all(names.map((name, i) =>
            update(i % 2 ? owner(ada) : backEnd(ada), Id,
                { [name]: round }, 'partialreplace')))) {
            granted(a);
            assert.deepEqual(a.json.CustomObject.kept, [1]);
        }
    const { CustomObject } = granted(await read(owner(ada), Id));
    assert.deepEqual(CustomObject, { kept: [1],
        ...Object.fromEntries(names.map((n) => [n, 2])) });
    await emptied(owner(ada));
});

test('one of many that delete a record has done it', async () => {
    const { Id } = granted(await create(owner(ada), {}));
    const all = await Promise.all(Array.from({ length: 8 }, () =>
        remove(owner(ada), Id)));
    assert.equal(all.filter((a) => a.status === 200).length, 1);
    for (const a of all.filter((x) => x.status !== 200))
        refused(a, 1057, 403);
});

test('browsers of allowed origins may ask, with all methods', async () => {
    const a = await fetch(`${base}${AUTH}/customobject/x`, {
        method: 'OPTIONS', headers: { Origin: 'https://app.example.org',
            'Access-Control-Request-Method': 'PUT',
            'X-Doorward-ApiKey': key } });
    assert.equal(a.status, 204);
    assert.match(a.headers.get('access-control-allow-methods'),
        /GET.*PUT.*DELETE/);
});
