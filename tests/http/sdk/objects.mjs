// The class customObjectApi.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fails, served, works } from './driver.mjs';
import { nowhere, signedIn, site } from './people.mjs';
import { deleted, Integer, maybe, optional, record } from './shapes.mjs';

const it = (method) => `customObjectApi.${method}`;
const gone = { ...deleted, RecordsDeleted: optional(maybe(Integer)) };
const nothing = 'f'.repeat(24);

// The same five calls, as the owner and as a back end: arguments in the
// order of each.
const sides = {
    owner: (p) => ({ name: (verb) => verb === 'GetOne' ?
        'getCustomObjectByRecordIDAndToken' :
        `${verb.toLowerCase()}CustomObjectByToken`,
    args: (...rest) => [p.token, ...rest] }),
    'back end': (p) => ({ name: (verb) => verb === 'GetOne' ?
        'getCustomObjectByRecordID' : verb === 'Delete' ?
        'deleteCustomObjectByRecordID' :
        `${verb.toLowerCase()}CustomObjectByUid`,
    args: (...rest) => verbArgs(rest, p.Uid) })
};
// updateType stands behind the Uid.
const verbArgs = (rest, uid) => rest.length === 4 ?
    [...rest.slice(0, 3), uid, rest[3]] : [...rest, uid];

if (await served('POST', '/identity/v2/auth/customobject'))
    for (const [side, as] of Object.entries(sides))
        test(`SDK: custom objects, as the ${side}`, () => site({
            'objects.names': 'colors:write' }, async () => {
            const p = await signedIn(), { name, args } = as(p);
            const data = { color: 'blue', seen: [1, 2] };
            const made = await works(it(name('Create')),
                args('colors', data), record({ color: 'blue',
                    seen: [Integer] }));
            assert.equal(made.Uid, p.Uid);
            await fails(it(name('Create')), args('nothing', data), 1064);
            assert.deepEqual(await works(it(name('Get')), args('colors'), {
                data: [record({ color: 'blue', seen: [Integer] })],
                Count: 1 }), { data: [made], Count: 1 });
            await fails(it(name('Get')), args('nothing'), 1064);
            assert.deepEqual(await works(it(name('GetOne')),
                args('colors', made.Id), record({ color: 'blue',
                    seen: [Integer] })), made);
            await fails(it(name('GetOne')), args('colors', nothing), 1057);
            const part = { color: 'red' };
            await works(it(name('Update')), args('colors', made.Id, part,
                'partialreplace'), record({ color: 'red',
                seen: [Integer] }));
            await works(it(name('Update')), args('colors', made.Id, part,
                'replace'), record(part));
            await fails(it(name('Update')), args('colors', nothing, part,
                'replace'), 1057);
            await works(it(name('Delete')), args('colors', made.Id), gone);
            await fails(it(name('Delete')), args('colors', made.Id), 1057);
            if (side === 'owner')
                await fails(it('getCustomObjectByToken'), [nowhere,
                    'colors'], 905, 403);
        }));
