// E4, E5, E2 for added addresses, E6 for them, A4, and A1's welcome mail.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, address, base, call, granted, login, mail, mails, person,
    register, refused, signedIn } from './api.mjs';

const add = (token, json, query) => call('POST', `${AUTH}/email`,
    { token, json, query });
const remove = (token, email, options) => call('DELETE', `${AUTH}/email`,
    { token, json: { email }, ...options });
const verify = (verificationtoken) => call('GET', `${AUTH}/email`,
    { query: { verificationtoken } });
const read = async (p) => granted(await call('GET', `${AUTH}/account`,
    { token: p.token }));
const values = (list) => (list ?? []).map((e) => e.Value);

const second = () => Math.floor(Date.now() / 1000);

// Somebody with a second address, added and proven.
async function withTwo(type) {
    const p = await signedIn();
    const email = address();
    granted(await add(p.token, { email, type }));
    granted(await verify((await mail(email)).token));
    return { ...p, second: email };
}

test('E4, E2: an address waits until it is proven (S-046)', async () => {
    const p = await signedIn();
    const email = address();
    assert.deepEqual(granted(await add(p.token, { Email: email,
        Type: 'Work' })), { IsPosted: true });
    let a = await read(p);
    assert.deepEqual(a.UnverifiedEmail, [{ Type: 'Work', Value: email }]);
    assert.deepEqual(values(a.Email), [p.email]);
    refused(await login({ ...p, email }), 966, 401);
    granted(await call('POST', `${AUTH}/password`, { json: { email } }));
    const m = await mail(email);
    const url = new URL(m.link);
    assert.equal(url.searchParams.get('vtype'), 'emailverification');
    assert.equal(url.origin, new URL(base).origin);
    assert.deepEqual(granted(await verify(m.token)), { IsPosted: true });
    refused(await verify(m.token), 974, 403);
    a = await read(p);
    assert.equal(a.UnverifiedEmail, null);
    assert.deepEqual(a.Email, [{ Type: 'Primary', Value: p.email },
        { Type: 'Work', Value: email }]);
    assert.equal(a.EmailVerified, true);
    granted(await login({ ...p, email }));
    // The owner heard of it at the address that was there before (S-050).
    const told = await mail(p.email, 2);
    assert.match(told.text, new RegExp(`Added: ${email}`));
    assert.equal((await mails(email)).length, 1);   // no reset went there
});

test('E4: Primary takes over at its proof, and the old one is told (S-046)',
    async () => {
        const p = await signedIn();
        const [b, c] = [address(), address()];
        granted(await add(p.token, { email: b, type: 'primary' }));
        assert.deepEqual(values((await read(p)).Email), [p.email]);
        const first = await mail(b);
        granted(await add(p.token, { email: c, type: 'PRIMARY' }));
        refused(await verify(first.token), 973, 403);   // the wish of before
        granted(await verify((await mail(c)).token));
        assert.deepEqual((await read(p)).Email,
            [{ Type: 'Primary', Value: c },
                { Type: 'Secondary', Value: p.email }]);
        const told = await mail(p.email, 2);
        assert.match(told.text, new RegExp(`primary address is now: ${c}`));
        granted(await login({ ...p, email: c }));
        granted(await login(p));
    });

test('E4: Secondary is the type where none is named', async () => {
    const p = await withTwo(undefined);
    assert.deepEqual((await read(p)).Email[1],
        { Type: 'Secondary', Value: p.second });
});

test('E4: what is refused', async () => {
    const p = await signedIn();
    const other = await person();
    refused(await add(p.token, {}), 1032, 403);
    refused(await add(p.token, { email: 'x' }), 1038, 400);
    refused(await add(p.token, { email: address(), type: ' ' }), 1201, 400);
    refused(await add(p.token, { email: p.email }), 936, 403);
    refused(await add(p.token, { email: other.email.toUpperCase() }), 936,
        403);
    refused(await add(p.token, { email: address() },
        { verificationurl: 'https://evil.example/' }), 1249, 403);
    refused(await add(undefined, { email: address() }), 1060, 400);
    refused(await call('POST', `${AUTH}/email`, { token: p.token }), 965,
        400);
    const email = address();
    for (let i = 0; i < 3; i++)
        granted(await add(p.token, { email }));     // asked for again
    refused(await add(p.token, { email }), 1122, 403);
    assert.deepEqual(values((await read(p)).UnverifiedEmail), [email]);
});

test('E4: ten addresses, and thirty tries a day', async () => {
    const p = await signedIn();
    for (let i = 0; i < 9; i++)
        granted(await add(p.token, { email: address() }));
    refused(await add(p.token, { email: address() }), 1006, 403);
    for (let i = 10; i < 30; i++)
        refused(await add(p.token, { email: p.email }), 936, 403);
    refused(await add(p.token, { email: p.email }), 1122, 403);
});

test('E2: of two accounts that wait for one address one gets it (S-046)',
    async () => {
        const [p, q] = [await signedIn(), await signedIn()];
        const email = address();
        granted(await add(p.token, { email }));
        granted(await add(q.token, { email }));
        const [first, second] = [await mail(email), await mail(email, 2)];
        granted(await verify(second.token));
        refused(await verify(first.token), 936, 403);
        assert.deepEqual(values((await read(q)).Email), [q.email, email]);
        assert.deepEqual(values((await read(p)).Email), [p.email]);
    });

test('E2: who proves an address takes it from one who did not', async () => {
    const p = await signedIn();
    const squatter = await register();
    granted(squatter.answer);
    granted(await add(p.token, { email: squatter.email }));
    granted(await verify((await mail(squatter.email, 2)).token));
    assert.deepEqual(values((await read(p)).Email),
        [p.email, squatter.email]);
    refused(await verify((await mail(squatter.email)).token), 973, 403);
});

test('E2: 50 uses of one added address have one success (S-030)',
    async () => {
        const p = await signedIn();
        const email = address();
        granted(await add(p.token, { email }));
        const { token } = await mail(email);
        const all = await Promise.all(Array.from({ length: 50 }, () =>
            verify(token)));
        assert.equal(all.filter((a) => a.status === 200).length, 1);
        for (const a of all.filter((x) => x.status !== 200))
            refused(a, 974, 403);
        assert.deepEqual(values((await read(p)).Email), [p.email, email]);
        await mail(p.email, 2);
        assert.equal((await mails(p.email)).length, 2);
    });

test('E4, E5: 50 changes to the addresses of one account at once',
    async () => {
        const p = await withTwo();
        const third = address();
        const all = await Promise.all(Array.from({ length: 50 }, (_, i) =>
            i % 3 === 0 ? add(p.token, { email: third }) :
                remove(p.token, i % 3 === 1 ? third : p.second)));
        for (const a of all)
            assert.ok(a.status < 500, a.text);
        assert.equal(all.filter((a, i) => i % 3 === 2 && a.status === 200)
            .length, 1);
        const a = await read(p);
        assert.deepEqual(values(a.Email), [p.email]);
        assert.ok(values(a.UnverifiedEmail).length <= 1);
    });

test('E5: the primary goes, the oldest proven one follows', async () => {
    const p = await withTwo();
    const third = address();
    for (const now = second(); second() === now;)   // times are in seconds
        await new Promise((done) => setTimeout(done, 50));
    granted(await add(p.token, { email: third }));
    granted(await verify((await mail(third)).token));
    granted(await call('POST', `${AUTH}/password`,
        { json: { email: p.email } }));
    assert.deepEqual(granted(await remove(p.token, p.email)),
        { IsDeleted: true });
    assert.deepEqual((await read(p)).Email,
        [{ Type: 'Primary', Value: p.second },
            { Type: 'Secondary', Value: third }]);
    refused(await login(p), 966, 401);
    granted(await login({ ...p, email: p.second }));
    const told = async (email, n) => {
        const m = await mail(email, n);
        assert.match(m.text, new RegExp(`Removed: ${p.email}`));
    };
    await told(p.email, 5);     // both were told, and the removed one, too
    await told(p.second, 3);
    await told(third, 2);
    // What had been sent there is dead (S-034).
    const reset = (await mails(p.email)).find((m) => /vtype=reset/
        .test(m.link));
    refused(await call('PUT', `${AUTH}/password/reset`,
        { json: { ResetToken: reset.token, Password: 'violet-harbour-88' } }),
    1063, 403);
});

test('E5: one that waits goes without a word, and so does its link',
    async () => {
        const p = await signedIn();
        const email = address();
        granted(await add(p.token, { email }));
        const { token } = await mail(email);
        granted(await call('DELETE', `${AUTH}/email`, { token: p.token,
            form: { email } }));
        assert.equal((await read(p)).UnverifiedEmail, null);
        refused(await verify(token), 973, 403);
        refused(await remove(p.token, email), 1340, 403);
        assert.equal((await mails(email)).length, 1);
        assert.equal((await mails(p.email)).length, 1);
    });

test('E5: what is refused', async () => {
    const p = await signedIn();
    refused(await remove(p.token, p.email), 1005, 403);
    refused(await remove(p.token, address()), 1340, 403);
    refused(await remove(p.token, (await person()).email), 1340, 403);
    refused(await remove(p.token, 'x'), 1038, 400);
    refused(await remove(p.token, undefined), 1032, 403);
    refused(await remove(undefined, p.email), 1060, 400);
    const raw = (body, type) => call('DELETE', `${AUTH}/email`,
        { token: p.token, raw: body, headers: { 'Content-Type': type } });
    refused(await raw('{"email":', 'application/json'), 1084, 400);
    refused(await raw('email=%zz', 'application/x-www-form-urlencoded'), 1082,
        400);
    refused(await call('DELETE', `${AUTH}/email`, { token: p.token }), 1084,
        400);
    assert.deepEqual(values((await read(p)).Email), [p.email]);
});

test('E6: the mail of an address that waits comes again', async () => {
    const p = await signedIn();
    const email = address();
    granted(await add(p.token, { email }));
    const first = await mail(email);
    granted(await call('PUT', `${AUTH}/register`, { json: { email } }));
    const second = await mail(email, 2);
    refused(await verify(first.token), 973, 403);
    granted(await verify(second.token));
    assert.deepEqual(values((await read(p)).Email), [p.email, email]);
});

test('E4: links of two addresses do not void one another', async () => {
    const p = await signedIn();
    const [b, c] = [address(), address()];
    granted(await add(p.token, { email: b }));
    granted(await add(p.token, { email: c }));
    granted(await verify((await mail(b)).token));
    granted(await verify((await mail(c)).token));
    const a = await read(p);
    assert.equal(a.Email[0].Value, p.email);
    assert.deepEqual(values(a.Email).slice(1).sort(), [b, c].sort());
});

test('registration: further addresses wait, and are mailed after the first ' +
    'proof (S-045)', async () => {
    const [email, more] = [address(), address()];
    const p = await register({ email, body: { Email: [
        { Type: 'Primary', Value: email },
        { Type: 'Work', Value: more }] } });
    granted(p.answer);
    const { token } = await mail(email);
    assert.equal((await mails(more)).length, 0);
    granted(await verify(token));
    const m = await mail(more);
    const session = granted(await login(p));
    assert.deepEqual(session.Profile.UnverifiedEmail,
        [{ Type: 'Work', Value: more }]);
    granted(await verify(m.token));
    assert.deepEqual(values((await read({ token: session.access_token }))
        .Email), [email, more]);
});

test('registration: further addresses are judged', async () => {
    const email = address();
    const of = (...list) => register({ email, body: { Email: [
        { Type: 'Primary', Value: email }, ...list] } });
    refused((await of({ Type: 'Work', Value: 'x' })).answer, 1038, 400);
    refused((await of({ Type: 'Work', Value: email })).answer, 1202, 400);
    refused((await of({ Type: 'Work', Value: email.toUpperCase() })).answer,
        1202, 400);
});

test('A4: three welcome mails a day', async () => {
    const p = await signedIn();
    const ask = (query) => call('GET', `${AUTH}/account/sendwelcomeemail`,
        { token: p.token, query });
    for (let i = 0; i < 3; i++)
        assert.deepEqual(granted(await ask(i ? {} :
            { welcomeEmailTemplate: 'unknown' })), { IsPosted: true });
    refused(await ask(), 1122, 403);
    const m = await mail(p.email, 4);
    assert.match(m.subject, /welcome/i);
    refused(await call('GET', `${AUTH}/account/sendwelcomeemail`), 1060, 400);
});

test('A1: a welcome mail once for an account', async () => {
    const p = await signedIn();
    const ask = () => call('GET', `${AUTH}/account`, { token: p.token,
        query: { welcomeemailtemplate: 'default' } });
    const all = await Promise.all(Array.from({ length: 20 }, ask));
    all.forEach(granted);
    await mail(p.email, 2);
    granted(await ask());
    granted(await call('GET', `${AUTH}/account/sendwelcomeemail`,
        { token: p.token }));
    await mail(p.email, 3);
    assert.equal((await mails(p.email)).length, 3);
});
