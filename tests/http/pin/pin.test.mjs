// PINs where everybody must have one, and security questions that reset.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AUTH, address, base, call, granted, guid, hidden, login, mail, mails,
    nowhere, page, password, person, refused, register, send, shift, source, time }
    from '../api.mjs';

const PIN = '482915', OTHER = '730264';
const setPin = (token, pin, options = {}) => call('POST',
    `${AUTH}/pin/set/pinauthtoken`, { query: { pinauthtoken: token },
        json: { PIN: pin }, ...options });
const change = (p, oldpin, newpin, method = 'PUT') => call(method,
    `${AUTH}/pin/change`, { token: p.token, json: { oldpin, newpin } });
const check = (token) => call('GET', `${AUTH}/access_token/validate`,
    { token });
const answers = { school: 'Hill  House', pet: 'Rex' };

async function stopped(p) {
    const a = await login(p);
    refused(a, 1243, 403);
    return a.json.Data.PINAuthToken;
}

async function withPin(more) {
    const p = await person(more);
    const session = granted(await setPin(await stopped(p), PIN));
    return { ...p, session, token: session.access_token };
}

async function withAnswers(more) {
    const p = await withPin(more);
    granted(await call('PUT', `${AUTH}/account`, { token: p.token,
        json: { SecurityQuestionAnswer: answers } }));
    return p;
}

test('a sign-in without a PIN stops with 1243 and its token, in Data and at ' +
    'the top', async () => {
    const p = await person();
    const a = await login(p);
    refused(a, 1243, 403);
    assert.match(a.json.Data.PINAuthToken, guid);
    assert.equal(a.json.PINAuthToken, a.json.Data.PINAuthToken);
    refused(await login(p, 'not the password'), 966, 401);
});

test('I1 sets the PIN and completes that sign-in, once', async () => {
    const p = await person();
    const token = await stopped(p);
    const s = granted(await setPin(token, PIN));
    assert.match(s.session_token, guid);
    assert.match(s.session_expires_in, time);
    assert.equal(s.Profile.NoOfLogins, 1);
    assert.equal(s.Profile.PIN.PIN, '**********');
    assert.equal(s.Profile.PIN.Skipped, false);
    assert.match(s.Profile.PIN.LastPINChangeDate, time);
    assert.equal(s.Profile.PIN.LastPINChangeToken, null);
    granted(await check(s.access_token));
    refused(await setPin(token, PIN), 1239, 403);
    const next = granted(await login(p));
    assert.match(next.session_token, guid);
    await mail(p.email, 2);
    assert.match((await mails(p.email))[1].subject, /PIN/);
});

test('a policy failure leaves the token of I1 good', async () => {
    const token = await stopped(await person());
    const wrong = ['12345', '1234567890123', '12a456', '111111', '345678',
        '987654', '890123', '432109', '12 456', '12345\u0663'];
    for (const pin of wrong) {
        const a = await setPin(token, pin);
        refused(a, 1134, 403);
        assert.equal(a.json.Errors[0].FieldName, 'pin', pin);
    }
    refused(await call('POST', `${AUTH}/pin/set/pinauthtoken`,
        { query: { pinauthtoken: token }, json: { Skipped: true } }), 1234,
    403);
    granted(await setPin(token, PIN));
});

test('a birth date is no PIN (S-008)', async () => {
    const p = await person({ body: { BirthDate: '04/27/1986' } });
    const token = await stopped(p);
    for (const pin of ['04271986', '27041986', '19860427', '042786',
        '270486', '860427'])
        refused(await setPin(token, pin), 1134, 403);
    granted(await setPin(token, PIN));
});

test('I1 refuses other tokens, and those that are over', async () => {
    for (const token of [nowhere, 'x', 'x'.repeat(43)])
        refused(await setPin(token, PIN), 1239, 403);
    refused(await setPin('', PIN), 908, 400);
    const p = await person();
    const token = await stopped(p);
    await shift(901);
    refused(await setPin(token, PIN), 1240, 403);
    await shift(0);
    const second = await stopped(p);
    refused(await setPin(token, PIN), 1239, 403);
    granted(await setPin(second, PIN));
});

test('50 uses of one token at once give one session', async () => {
    const p = await person();
    const token = await stopped(p);
    const all = await Promise.all(Array.from({ length: 50 }, () =>
        setPin(token, PIN)));
    assert.equal(all.filter((a) => a.status === 200).length, 1);
    for (const a of all.filter((b) => b.status !== 200))
        refused(a, 1239, 403);
});

test('I2 changes the PIN by either method, and ends other sessions alone',
    async () => {
        const p = await withPin();
        const other = granted(await login(p));
        granted(await change(p, PIN, OTHER));
        refused(await check(other.access_token), 905, 403);
        granted(await check(p.token));
        granted(await change(p, OTHER, PIN, 'POST'));
        await mail(p.email, 4);
        // PIN sessions: the caller's lives on, the other one is dead.
        granted(await call('GET', `${AUTH}/session_token/invalidate`,
            { query: { session_token: p.session.session_token } }));
    });

test('I2 counts: the sixth try fails with the right PIN (S-008)',
    async () => {
        const p = await withPin();
        refused(await change(p, '', OTHER), 1234, 403);
        refused(await change(p, PIN, ''), 1234, 403);
        refused(await change(p, PIN, '111111'), 1134, 403);
        for (let i = 0; i < 5; i++)
            refused(await change(p, '599134', OTHER), 1241, 401);
        refused(await change(p, PIN, OTHER), 1241, 401);
        granted(await login(p));
    });

test('of 20 wrong PINs at once five are compared, and ten lock the account',
    async () => {
        const p = await withPin();
        const all = await Promise.all(Array.from({ length: 20 }, () =>
            change(p, '599134', OTHER)));
        const codes = all.map((a) => a.json.ErrorCode);
        assert.equal(codes.filter((c) => c === 1241).length, 10,
            codes.join(' '));
        assert.equal(codes.filter((c) => c === 1148).length, 10);
        refused(await change(p, PIN, OTHER), 1148, 403);
    });

test('I13 ends a PIN session; an ended one answers alike', async () => {
    const p = await withPin();
    const end = (token) => call('GET', `${AUTH}/session_token/invalidate`,
        { query: { session_token: token } });
    granted(await end(p.session.session_token));
    granted(await end(p.session.session_token));
    granted(await check(p.token));
    for (const token of [nowhere, 'x'])
        refused(await end(token), 1245, 403);
    refused(await end(''), 908, 400);
    const { session_token: over } = granted(await login(p));
    await shift(601);
    refused(await end(over), 1246, 403);
    await shift(0);
});

const forgot = (p, by, options = {}) => call('POST',
    `${AUTH}/pin/forgot/${by}`, { from: source(), json: { [by]: p[by] },
        ...options });
const reset = (resettoken, pin) => call('PUT', `${AUTH}/pin/reset/token`,
    { json: { resettoken, pin } });

test('I3 and I6: a link sets a new PIN and ends PIN sessions alone',
    async () => {
        const p = await withPin();
        granted(await forgot(p, 'email'));
        const m = await mail(p.email, 3);
        assert.match(m.link, /\/reset-pin\?vtype=resetpin&vtoken=/);
        refused(await reset(m.token, '111111'), 1134, 403);
        granted(await reset(m.token, OTHER));
        granted(await check(p.token));
        granted(await change(p, OTHER, PIN));
        refused(await reset(m.token, PIN), 1242, 403);
        granted(await call('GET', `${AUTH}/session_token/invalidate`,
            { query: { session_token: p.session.session_token } }));
    });

test('I6 frees a PIN that was tried too often', async () => {
    const p = await withPin();
    for (let i = 0; i < 5; i++)
        refused(await change(p, '599134', OTHER), 1241, 401);
    granted(await forgot(p, 'email'));
    granted(await reset((await mail(p.email, 3)).token, OTHER));
    granted(await change(p, OTHER, PIN));
});

test('I6 refuses what is no link of it', async () => {
    const p = await withPin();
    granted(await call('POST', `${AUTH}/password`,
        { json: { email: p.email } }));
    const { token } = await mail(p.email, 3);
    for (const t of [token, 'x'.repeat(43), 'x'])
        refused(await reset(t, OTHER), 1063, 403);
    refused(await reset('', OTHER), 908, 400);
    refused(await reset(token, ''), 1234, 403);
    granted(await forgot(p, 'email'));
    const late = await mail(p.email, 4);
    await shift(3601);
    refused(await reset(late.token, OTHER), 975, 403);
    await shift(0);
});

test('50 uses of one reset link at once: one counts', async () => {
    const p = await withPin();
    granted(await forgot(p, 'email'));
    const { token } = await mail(p.email, 3);
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) =>
        reset(token, `48291${i % 5}7`)));
    assert.equal(all.filter((a) => a.status === 200).length, 1);
    for (const a of all.filter((b) => b.status !== 200))
        refused(a, 1242, 403);
});

test('I4 mails by user name; I3 and I4 tell nobody who exists (2.8)',
    async () => {
        const username = `u${address().slice(1, 13)}`;
        const p = await withPin({ body: { UserName: username } });
        granted(await forgot({ username }, 'username'));
        assert.match((await mail(p.email, 3)).link, /vtype=resetpin/);
        const none = await person();
        const texts = new Set();
        for (const who of [none, { email: address() }])
            texts.add((await forgot(who, 'email')).text);
        texts.add((await forgot({ username: 'nobody-here' },
            'username')).text);
        texts.add((await forgot(p, 'email')).text);
        assert.deepEqual([...texts], ['{"IsPosted":true}']);
        assert.equal((await mails(none.email)).length, 1);
    });

test('the fourth mail of an hour is not sent, and nobody is told', async () => {
    const p = await withPin();
    for (let i = 0; i < 4; i++)
        granted(await forgot(p, 'email'));
    await mail(p.email, 4);
    assert.equal((await mails(p.email)).length, 4);
});

test('I3 and I4 judge their parameters', async () => {
    const url = (resetpinurl) => forgot({ email: address() }, 'email',
        { query: { resetpinurl } });
    for (const bad of ['https://evil.example', 'javascript:alert(1)'])
        refused(await url(bad), 1248, 403);
    granted(await url('https://app.example.org/docs/pin'));
    refused(await forgot({ email: 'x' }, 'email'), 1038, 400);
    refused(await forgot({ email: '' }, 'email'), 1032, 403);
    refused(await forgot({ username: '' }, 'username'), 1075, 400);
    refused(await forgot({ username: 'a b' }, 'username'), 1204, 403);
    refused(await forgot({ username: 'x'.repeat(33) }, 'username'), 1204,
        403);
    refused(await forgot({ username: 'a@b' }, 'username'), 1024, 403);
});

test('codes are refused where resets are by link', async () => {
    const p = await withPin();
    for (const by of ['email', 'username'])
        refused(await call('PUT', `${AUTH}/pin/reset/otp/${by}`,
            { json: { [by]: by === 'email' ? p.email : 'nobody-here',
                otp: '123456', pin: OTHER } }), 1185, 403);
});

// ---- security questions ----

const asked = (by, name) => call('GET', `${AUTH}/securityquestion/${by}`,
    { query: { [by]: name } });
const ids = (a) => granted(a).map((q) => q.QuestionId);

test('Q5 sets answers; Q1, Q3 and Q4 show their questions', async () => {
    const username = `u${address().slice(1, 13)}`;
    const p = await withPin({ body: { UserName: username } });
    const own = () => call('GET', `${AUTH}/securityquestion/accesstoken`,
        { token: p.token });
    assert.deepEqual(granted(await own()), []);
    const put = (json) => call('PUT', `${AUTH}/account`, { token: p.token,
        json: { securityquestionanswer: json } });
    refused(await put({ school: 'x', zoo: 'y' }), 1091, 403);
    refused(await put({ school: 'x' }), 1134, 403);
    refused(await put({ school: 'x', pet: ' ' }), 1134, 403);
    refused(await put({ school: 'x', pet: 'y'.repeat(300) }), 1134, 403);
    refused(await put({ school: 'x', pet: 7 }), 1090, 400);
    refused(await put([]), 1090, 400);
    granted(await put(answers));
    assert.deepEqual(granted(await own()), [
        { QuestionId: 'school',
            Question: 'What was your first school called?' },
        { QuestionId: 'pet', Question: 'What was your first pet called?' }]);
    assert.deepEqual(ids(await asked('email', p.email)), ['school', 'pet']);
    assert.deepEqual(ids(await asked('username', username)),
        ['school', 'pet']);
    granted(await put({ pet: 'Tom' }));
    refused(await put({ street: 'Elm Row' }), 1091, 403);
    assert.match((await mail(p.email, 4)).subject, /security answers/);
    assert.ok(!JSON.stringify(granted(await call('GET', `${AUTH}/account`,
        { token: p.token }))).includes('Hill'));
});

test('answers ask for a sign-in of the last ten minutes', async () => {
    const p = await withPin();
    await shift(590);
    granted(await check(p.token));
    await shift(601);
    refused(await call('PUT', `${AUTH}/account`, { token: p.token,
        json: { SecurityQuestionAnswer: answers } }), 1193, 403);
    await shift(0);
});

test('who is unknown, or has no answers, gets stable decoys (S-020)',
    async () => {
        const none = await withPin();
        const seen = new Set();
        for (let i = 0; i < 12; i++) {
            const name = address();
            const first = ids(await asked('email', name));
            assert.equal(first.length, 2);
            assert.deepEqual(ids(await asked('email', name)), first);
            seen.add(first.join());
        }
        assert.ok(seen.size > 1);
        assert.equal(ids(await asked('email', none.email)).length, 2);
        assert.equal(ids(await asked('username', 'nobody-here')).length, 2);
    });

test('Q1 to Q3 judge their parameters', async () => {
    refused(await asked('email', 'x'), 1038, 400);
    refused(await asked('email', ''), 1032, 403);
    refused(await asked('username', ''), 1075, 400);
    refused(await asked('username', 'a b'), 1204, 403);
    refused(await asked('username', 'a@b'), 1024, 403);
    refused(await asked('phone', ''), 1076, 400);
});

test('Q1 is metered for each source', async () => {
    const from = source();
    const ask = () => call('GET', `${AUTH}/securityquestion/email`,
        { from, query: { email: 'p@example.com' } });
    for (let i = 0; i < 60; i++)
        granted(await ask());
    refused(await ask(), 429, 429);
});

const byAnswers = (path, name, securityanswer, rest) => call('PUT',
    `${AUTH}/${path}`, { json: { ...name, securityanswer, ...rest } });
const word = 'violet-harbour-88';

test('W7 and W9 set a new password, and end everything', async () => {
    const username = `u${address().slice(1, 13)}`;
    const p = await withAnswers({ body: { UserName: username } });
    const said = { school: ' HILL house ', pet: 'rex' };
    // Blanks within count: the answer was saved with two.
    refused(await byAnswers('password/securityanswer', { email: p.email },
        said, { password: word }), 1094, 403);
    said.school = ' HILL  house ';
    granted(await byAnswers('password/securityanswer', { email: p.email },
        said, { password: word }));
    refused(await check(p.token), 905, 403);
    refused(await login(p), 966, 401);
    granted(await login(p, word));
    const before = (await mails(p.email)).length;
    granted(await byAnswers('password/securityanswer', { username }, said,
        { password: 'amber-lantern-93' }));
    granted(await login(p, 'amber-lantern-93'));
    assert.match((await mail(p.email, before + 1)).subject, /password/);
});

test('W7 to W9 and I10 to I12 answer strangers and guesses alike (S-049)',
    async () => {
        const p = await withAnswers(), none = await withPin();
        const rest = { password: word, pin: OTHER };
        for (const path of ['password/securityanswer',
            'pin/reset/securityanswer/email']) {
            const texts = new Set();
            for (const email of [p.email, none.email, address()])
                texts.add((await byAnswers(path, { email },
                    { school: 'x', pet: 'y' }, rest)).text);
            texts.add((await byAnswers(path, { email: address() }, {},
                rest)).text);
            assert.equal(texts.size, 1);
            assert.match([...texts][0], /"ErrorCode":1094/);
        }
        for (const path of ['password/securityanswer',
            'pin/reset/securityanswer/username'])
            refused(await byAnswers(path, { username: 'nobody-here' },
                answers, rest), 1094, 403);
    });

test('three wrong tries close the way by answers for a day, and that alone',
    async () => {
        const p = await withAnswers();
        const path = 'password/securityanswer';
        for (let i = 0; i < 3; i++)
            refused(await byAnswers(path, { email: p.email },
                { school: 'x', pet: 'Rex' }, { password: word }), 1094, 403);
        refused(await byAnswers(path, { email: p.email }, answers,
            { password: word }), 1094, 403);
        granted(await login(p));
        await shift(86401);
        granted(await byAnswers(path, { email: p.email }, answers,
            { password: word }));
        await shift(0);
    });

test('of 50 guesses at once three are judged', async () => {
    const p = await withAnswers();
    const all = await Promise.all(Array.from({ length: 50 }, () =>
        byAnswers('password/securityanswer', { email: p.email },
            { school: 'x', pet: 'y' }, { password: word })));
    for (const a of all)
        refused(a, 1094, 403);
    refused(await byAnswers('password/securityanswer', { email: p.email },
        answers, { password: word }), 1094, 403);
});

test('W7 to W9 judge their parameters', async () => {
    const path = 'password/securityanswer';
    const email = address();
    refused(await byAnswers(path, { email }, { zoo: 'x' },
        { password: word }), 1091, 403);
    refused(await byAnswers(path, { email }, 'x', { password: word }), 1090,
        400);
    refused(await byAnswers(path, { email }, undefined, { password: word }),
        908, 400);
    refused(await byAnswers(path, { email }, answers, {}), 1089, 400);
    refused(await byAnswers(path, { email }, answers, { password: 'x' }),
        1134, 403);
    refused(await byAnswers(path, { email }, answers,
        { password: 'password1' }), 1216, 403);
    refused(await byAnswers(path, { email: 'x' }, answers,
        { password: word }), 1038, 400);
    refused(await byAnswers(path, { username: 'a b' }, answers,
        { password: word }), 1204, 403);
    refused(await byAnswers(path, { username: 'a@b' }, answers,
        { password: word }), 1024, 403);
    refused(await byAnswers(path, {}, answers, { password: word }), 1141,
        400);
    const p = await withAnswers();
    refused(await byAnswers(path, { email: p.email }, answers,
        { password }), 1015, 403);
});

test('I10 and I12 set a new PIN', async () => {
    const username = `u${address().slice(1, 13)}`;
    const p = await withAnswers({ body: { UserName: username } });
    const path = 'pin/reset/securityanswer';
    refused(await byAnswers(`${path}/email`, { email: p.email }, answers,
        {}), 1234, 403);
    refused(await byAnswers(`${path}/email`, { email: p.email }, answers,
        { pin: '111111' }), 1134, 403);
    refused(await byAnswers(`${path}/email`, { email: p.email },
        { zoo: 'x' }, { pin: OTHER }), 1091, 403);
    refused(await byAnswers(`${path}/email`, {}, answers, { pin: OTHER }),
        1032, 403);
    refused(await byAnswers(`${path}/phone`, {}, answers, { pin: OTHER }),
        1076, 400);
    refused(await byAnswers(`${path}/username`, {}, answers,
        { pin: OTHER }), 1075, 400);
    granted(await byAnswers(`${path}/email`, { email: p.email }, answers,
        { pin: OTHER }));
    granted(await change(p, OTHER, PIN));
    granted(await byAnswers(`${path}/username`, { username }, answers,
        { pin: OTHER }));
    granted(await change(p, OTHER, PIN));
});

// ---- the lock ----

async function locked(p) {
    for (let i = 0; i < 10; i++)
        await login(p, 'not the password');
}
const loginWith = (p, word, securityanswer) => call('POST', `${AUTH}/login`,
    { from: source(), json: { email: p.email, password: word,
        securityanswer } });

test('a locked name is asked for its answers, known or not (S-016)',
    async () => {
        const p = await withAnswers(), nobody = { email: address() };
        for (const who of [p, nobody]) {
            await locked(who);
            const texts = new Set();
            for (const w of [password, 'not the password'])
                texts.add((await loginWith(who, w)).text);
            texts.add((await loginWith(nobody, password)).text);
            if (who === nobody)
                assert.equal(texts.size, 1);
            assert.match([...texts][0], /"ErrorCode":1148/);
            refused(await loginWith(who, password, { pet: 'x' }), 1094, 403);
        }
        refused(await loginWith(p, password, { zoo: 'x' }), 1091, 403);
        refused(await loginWith(p, password, { pet: '' }), 1134, 403);
        refused(await loginWith(p, 'not the password', answers), 966, 401);
        refused(await loginWith(p, password), 1148, 403);
        granted(await loginWith(p, password, answers));
        granted(await login(p));
    });

test('A5 frees a locked account by its answers', async () => {
    const p = await withAnswers();
    const unlock = (json) => call('PUT', `${AUTH}/account/unlock`,
        { token: p.token, json });
    refused(await unlock({ securityanswer: answers }), 1221, 403);
    await locked(p);
    const seen = granted(await call('GET', `${AUTH}/account`,
        { token: p.token }));
    assert.equal(seen.IsLoginLocked, true);
    assert.equal(seen.LoginLockedType, 'SecurityQuestion');
    refused(await call('PUT', `${AUTH}/account/unlock`, { token: p.token }),
        1079, 400);
    refused(await unlock({}), 1148, 403);
    refused(await unlock({ securityanswer: { pet: 'x' } }), 1093, 403);
    refused(await unlock({ securityanswer: { zoo: 'x' } }), 1091, 403);
    refused(await unlock({ securityanswer: { pet: ' ' } }), 1134, 403);
    granted(await unlock({ securityanswer: answers }));
    refused(await unlock({ securityanswer: answers }), 1221, 403);
    granted(await login(p));
});

test('W10 and I2 of a locked account take its answers (S-021)', async () => {
    const p = await withAnswers();
    const ways = [
        ['pin/change', { oldpin: '599134', newpin: OTHER },
            { oldpin: PIN, newpin: OTHER }, 1241],
        ['password/change', { oldpassword: 'not it', newpassword: word },
            { oldpassword: password, newpassword: word }, 967]
    ];
    for (const [path, wrong, right, code] of ways) {
        const change = (json, securityanswer) => call('PUT',
            `${AUTH}/${path}`, { token: p.token,
                json: { ...json, securityanswer } });
        await locked(p);
        refused(await change(right), 1148, 403);
        refused(await change(right, { pet: 'x' }), 1093, 403);
        refused(await change(right, { zoo: 'x' }), 1091, 403);
        refused(await change(wrong, answers), code, 401);
        refused(await change(right), 1148, 403);
        granted(await change(right, answers));
        refused(await login(p, 'not the password'), 966, 401);
    }
    granted(await login(p, word));
});

test('registration takes answers, and no PIN where it is asked at sign-in',
    async () => {
        const { email, from, answer } = await register({ body: {
            PINInfo: { PIN: '1' }, SecurityQuestionAnswer: answers } });
        granted(answer);
        const { token } = await mail(email);
        granted(await call('GET', `${AUTH}/email`, { from,
            query: { verificationtoken: token } }));
        refused(await login({ email, from }), 1243, 403);
        assert.deepEqual(ids(await asked('email', email)),
            ['school', 'pet']);
        refused((await register({ body: { SecurityQuestionAnswer:
            { zoo: 'x' } } })).answer, 1091, 403);
        refused((await register({ body: { SecurityQuestionAnswer:
            { pet: 'x' } } })).answer, 1134, 403);
    });

test('the first proof of an address drops a stranger\'s PIN and answers ' +
    '(S-048)', async () => {
    const p = await register({ body: { SecurityQuestionAnswer: answers } });
    granted(p.answer);
    granted(await call('POST', `${AUTH}/password`,
        { json: { email: p.email } }));
    const { token } = await mail(p.email, 2);
    granted(await call('PUT', `${AUTH}/password/reset`,
        { json: { resettoken: token, password: word } }));
    refused(await byAnswers('password/securityanswer', { email: p.email },
        answers, { password: 'amber-lantern-93' }), 1094, 403);
});

// ---- pages ----

test('a sign-in at the page asks for a PIN and goes on', async () => {
    const p = await person();
    const visit = page(new Map());
    const a = await send(visit, '/login', { identifier: p.email, password });
    assert.equal(a.status, 200);
    assert.match(a.text, /<h1>Choose a PIN<\/h1>/);
    assert.ok(!/Not now/.test(a.text));
    const form = hidden(a.text);
    const wrong = await visit('POST', '/pin', { ...form, new_pin: '111111' });
    assert.equal(wrong.status, 403);
    assert.match(wrong.text, /id="new_pin-error">is too easy to guess/);
    const none = await visit('POST', '/pin', { ...form, new_pin: '' });
    assert.match(none.text, /id="new_pin-error">Enter a PIN/);
    const good = await visit('POST', '/pin', { ...form, new_pin: PIN });
    assert.equal(good.status, 303);
    assert.match(good.headers.get('location'), /\/account$/);
    const again = await visit('POST', '/pin', { ...form, new_pin: PIN });
    assert.match(again.text, /sign in again/);
    const account = await visit('GET', '/account');
    assert.match(account.text, />Change PIN</);
    assert.match(account.text, />Security questions</);
});

async function atPage(p) {
    const visit = page(new Map());
    const a = await send(visit, '/login', { identifier: p.email, password });
    assert.equal(a.status, 303, a.text);
    return visit;
}

test('the account page changes the PIN and the answers', async () => {
    const p = await withPin();
    const visit = await atPage(p);
    const wrong = await send(visit, '/account/pin', { pin: '599134',
        new_pin: OTHER });
    assert.equal(wrong.status, 401);
    assert.match(wrong.text, /id="pin-error">This is not your present PIN/);
    const good = await send(visit, '/account/pin', { pin: PIN,
        new_pin: OTHER });
    assert.match(good.headers.get('location'), /\/account\?done=pin$/);
    refused(await check(p.token), 905, 403);
    const few = await send(visit, '/account/questions',
        { answer_school: 'x' });
    assert.match(few.text, /2 questions must be answered/);
    const said = await send(visit, '/account/questions',
        { answer_school: 'Hill House', answer_pet: 'Rex' });
    assert.match(said.headers.get('location'), /done=answers$/);
    const after = (await visit('GET', '/account/questions')).text;
    assert.match(after, /answer_school/);
    assert.ok(!/answer_street/.test(after));
    await shift(601);
    assert.match((await visit('GET', '/account/questions')).text,
        /sign in again first/);
    await shift(0);
});

test('a forgotten PIN is reset at the pages', async () => {
    const p = await withPin();
    const visit = page(new Map());
    const bad = await send(visit, '/forgot-pin', { identifier: 'a@b' });
    assert.match(bad.text, /id="identifier-error"/);
    const sent = await send(visit, '/forgot-pin', { identifier: p.email });
    assert.match(sent.text, /Check your mail/);
    const { link } = await mail(p.email, 3);
    const path = link.slice(base.length);
    const form = hidden((await visit('GET', path)).text);
    const easy = await visit('POST', '/reset-pin', { ...form,
        new_pin: '123456' });
    assert.match(easy.text, /id="new_pin-error"/);
    const good = await visit('POST', '/reset-pin', { ...form,
        new_pin: OTHER });
    assert.match(good.headers.get('location'), /\/login\?done=pin$/);
    assert.match((await visit('GET', '/login?done=pin')).text,
        /Your PIN is changed/);
    const used = await visit('GET', path);
    assert.match(used.text, /has been used already/);
    assert.equal((await visit('GET', '/reset-pin')).status, 303);
    granted(await change(p, OTHER, PIN));
});

test('a locked sign-in at the page asks for the answers', async () => {
    const p = await withAnswers();
    await locked(p);
    const visit = page(new Map());
    const a = await send(visit, '/login', { identifier: p.email, password });
    assert.match(a.text, /Answer your security questions/);
    assert.match(a.text, /What was your first pet called\?/);
    const form = { ...hidden(a.text), identifier: p.email, password };
    const wrong = await visit('POST', '/login', { ...form,
        answer_school: 'x', answer_pet: 'y' });
    assert.match(wrong.text, /The answers are not right/);
    const good = await visit('POST', '/login', { ...form,
        answer_school: 'Hill  House', answer_pet: 'Rex' });
    assert.equal(good.status, 303, good.text);
});

test('the account pages ask for the answers of a locked account, beside ' +
    'their fields', async () => {
    const p = await withAnswers();
    const visit = await atPage(p);
    const said = { answer_school: answers.school, answer_pet: answers.pet };
    const forms = [
        ['/account/pin', { pin: PIN, new_pin: OTHER }],
        ['/account/password', { password, new_password: word }],
        ['/account/address/add', { password: word, email: address() }]
    ];
    for (const [path, form] of forms) {
        await locked(p);
        await shift(path === '/account/address/add' ? 601 : 0);
        const shown = await send(visit, path, form);
        assert.equal(shown.status, 403);
        assert.match(shown.text, /id="answers-error">There were too many/);
        assert.match(shown.text, /<label for="answer_pet">What was your/);
        const wrong = await send(visit, path, { ...form,
            answer_school: 'x', answer_pet: 'y' });
        assert.match(wrong.text, /id="answers-error">The answers are not/);
        const other = await send(visit, path, { ...form, ...said,
            pin: '599134', password: 'not the password' });
        assert.equal(other.status, 401, other.text);
        assert.match(other.text, /id="answer_pet"[^>]* required>/);
        const good = await send(visit, path, { ...form, ...said });
        assert.equal(good.status, 303, good.text);
    }
    await shift(0);
});

test('who has no answers is told to wait', async () => {
    const p = await withPin();
    const visit = await atPage(p);
    await locked(p);
    const a = await send(visit, '/account/pin', { pin: PIN, new_pin: OTHER });
    assert.equal(a.status, 403);
    assert.match(a.text, /role="alert">\n<p>There were too many.* Wait/);
    assert.doesNotMatch(a.text, /answers-error|answer_pet/);
});

test('no PIN and no answer stands in the log (S-129, S-049)', () => {
    const log = readFileSync(join(process.env.DOORWARD_SITE,
        'log/doorward.log'), 'utf8');
    assert.ok(log.length > 1000);
    for (const word of ['Hill', 'Rex', `"${PIN}"`, `"${OTHER}"`,
        `=${PIN}`, `pinauthtoken=`, 'session_token='])
        assert.ok(!log.includes(word), word);
});
