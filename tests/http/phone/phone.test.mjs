// Phone numbers as identifiers: registration, proof, sign-in, change,
// recovery and deletion by text message.  login.phone_country is 44.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { AUTH, address, call, granted, mail, mails, password, phone,
    refused, shift, signedIn, sms, smsCode, sott, source, texts }
    from '../api.mjs';

const fresh = 'violet-harbour-88';
const wrong = (code) => code === '000000' ? '111111' : '000000';

async function register(body = {}, options = {}) {
    const number = body.PhoneId ?? phone();   // as it is typed
    const from = options.from ?? source();
    const answer = await call('POST', `${AUTH}/register`, { from, ...options,
        headers: { 'X-Doorward-Sott': await sott() },
        json: { PhoneId: number, Password: password, ...body } });
    return { number, from, answer };
}
const prove = (json, options) => call('PUT', `${AUTH}/phone/otp`,
    { json, ...options });
const login = (p, word = password, options = {}) => call('POST',
    `${AUTH}/login`, { from: p.from, ...options,
        json: { phone: p.number, password: word } });
const resend = (number, options) => call('POST', `${AUTH}/phone/otp`,
    { json: { phone: number }, ...options });
const forgot = (number, options) => call('POST', `${AUTH}/password/otp`,
    { json: { phone: number }, ...options });
const reset = (json, options) => call('PUT', `${AUTH}/password/otp`,
    { json: { password: fresh, ...json }, ...options });
const change = (token, number, options) => call('PUT', `${AUTH}/phone`,
    { token, json: { phone: number }, ...options });
const proveOwn = (token, otp, options) => call('PUT', `${AUTH}/phone/otp`,
    { token, query: { otp }, ...options });
const profile = async (token) => granted(await call('GET', `${AUTH}/account`,
    { token }));

async function person(body) {
    const p = await register(body);
    assert.deepEqual(granted(p.answer), { IsPosted: true });
    const session = granted(await prove({ phone: p.number,
        otp: await smsCode(p.number) }, { from: p.from }));
    return { ...p, session, token: session.access_token };
}
const receipt = { AccountSid: /^AC[0-9a-f]{32}$/, Sid: /^SM[0-9a-f]{32}$/ };
function posted(answer) {
    const json = granted(answer);
    assert.deepEqual(Object.keys(json), ['IsPosted', 'Data']);
    assert.match(json.Data.AccountSid, receipt.AccountSid);
    assert.match(json.Data.Sid, receipt.Sid);
    return json.Data;
}
const fifty = (fn) => Promise.all(Array.from({ length: 50 },
    (_, i) => fn(i)));
const successes = (all) => {
    assert.ok(all.every((a) => a.status < 500), all.map((a) => a.text)[0]);
    return all.filter((a) => a.status === 200).length;
};

// ---- RG2, H4, LG3 ----

test('RG2, H4, LG3: sign up by number, prove it, sign in', async () => {
    const p = await register({ FirstName: 'Ada' });
    assert.deepEqual(granted(p.answer), { IsPosted: true });
    refused(await login(p), 1066, 403);
    const otp = await smsCode(p.number);
    refused(await prove({ phone: p.number, otp: wrong(otp) }), 1067, 403);
    const session = granted(await prove({ phone: p.number, otp }));
    assert.equal(session.Profile.PhoneId, p.number);
    assert.equal(session.Profile.PhoneIdVerified, true);
    assert.equal(session.Profile.Email, null);
    assert.equal(session.Profile.FirstName, 'Ada');
    refused(await prove({ phone: p.number, otp }), 1068, 403);
    granted(await login(p));
    assert.equal((await texts(p.number)).length, 1);
});

test('H4: the code in the query, apart by blanks, in full width (F-21)',
    async () => {
        const wide = (s) => s.replace(/\d/g, (d) =>
            String.fromCharCode(0xff10 + Number(d)));
        for (const form of [(s) => `${s.slice(0, 3)} ${s.slice(3)}`, wide]) {
            const p = await register();
            const otp = form(await smsCode(p.number));
            granted(await call('PUT', `${AUTH}/phone/otp`, { query: { otp },
                json: { phone: p.number } }));
        }
    });

test('every spelling of a number is the one number (S-014, F-04)',
    async () => {
        const tail = phone().slice(-4);
        const number = `+44770090${tail}`;
        const p = await register({ PhoneId: `+44 (0)7700 90${tail}` });
        granted(p.answer);
        p.token = granted(await prove({ phone: number,
            otp: await smsCode(number) })).access_token;
        assert.equal((await profile(p.token)).PhoneId, number);
        for (const spelling of [number, `07700 90${tail}`,
            `00447700 90${tail}`, `+44 7700-90.${tail}`, ` 4477 0090${tail}`])
            granted(await login({ ...p, number: spelling }));
        const exists = async (raw) => granted(await call('GET',
            `${AUTH}/phone${raw}`));
        for (const raw of [`?phone=+44770090${tail}`,
            `?phone=%2B44770090${tail}`])
            assert.deepEqual(await exists(raw), { IsExist: true });
        for (const bad of ['123', '+1', '+99912345678', 'ada', '+1202555010x',
            '+4477009001234567', '😀'.repeat(8)])
            refused(await register({ PhoneId: bad }).then((r) => r.answer),
                1096, 400);
    });

test('RG2 asks for one of the two, and for a password', async () => {
    const ask = async (json) => call('POST', `${AUTH}/register`, { json,
        headers: { 'X-Doorward-Sott': await sott() } });
    refused(await ask({ Password: password }), 1032, 403);
    refused(await ask({ PhoneId: phone() }), 1089, 400);
    refused(await ask({ PhoneId: phone(), Password: 'short' }), 1134, 403);
    refused(await ask({ PhoneId: ['+12025550101'], Password: password }),
        1090, 400);
    refused(await call('POST', `${AUTH}/login`, { json: { password } }),
        1141, 400);
    refused(await call('POST', `${AUTH}/login`, { json: { phone: '0',
        password } }), 1096, 400);
});

test('a known number is answered like a fresh one; its owner hears it once' +
    ' (S-019)', async () => {
    const p = await person();
    const again = await register({ PhoneId: p.number });
    assert.deepEqual(granted(again.answer), { IsPosted: true });
    assert.match(await sms(p.number, 2), /already/);
    granted(await register({ PhoneId: p.number }).then((r) => r.answer));
    granted(await login(p));
    assert.equal((await texts(p.number)).length, 2);
    refused(await login(p, fresh), 966, 401);
});

test('email first: the number waits beside it until it is proven',
    async () => {
        const email = address(), number = phone();
        granted(await register({ PhoneId: number, Email: [{ Type: 'Primary',
            Value: email }] }).then((r) => r.answer));
        const otp = await smsCode(number);
        refused(await call('PUT', `${AUTH}/phone/otp`, { json: {
            phone: number, otp } }), 1067, 403);
        granted(await call('GET', `${AUTH}/email`, { query: {
            verificationtoken: (await mail(email)).token } }));
        const { access_token: token, Profile } = granted(await call('POST',
            `${AUTH}/login`, { json: { email, password } }));
        assert.equal(Profile.PhoneId, null);
        refused(await login({ number }), 966, 401);
        posted(await call('POST', `${AUTH}/phone/otp`, { token }));
        assert.deepEqual(granted(await proveOwn(token,
            await smsCode(number, 2))), { IsPosted: true });
        const now = await profile(token);
        assert.deepEqual([now.PhoneId, now.PhoneIdVerified], [number, true]);
        granted(await login({ number }));
    });

test('five tries, and a new code gives no more than the hour has (S-032,' +
    ' F-19)', async () => {
    const p = await register();
    const otp = await smsCode(p.number);
    for (let i = 0; i < 5; i++)
        refused(await prove({ phone: p.number, otp: wrong(otp) }), 1067);
    refused(await prove({ phone: p.number, otp }), 1067, 403);
});

test('wrong codes suspend the number as wrong passwords do (S-021)',
    async () => {
        const p = await register();
        const from = source();
        for (let i = 0; i < 10; i++)
            refused(await prove({ phone: p.number, otp: '12x' }, { from }),
                1067, 403);
        refused(await prove({ phone: p.number, otp: '123456' }, { from }),
            1198, 403);
        refused(await login(p), 1198, 403);
    });

test('H4: 50 parallel uses of one code: one session (S-030, F-18)',
    async () => {
        const p = await register();
        const otp = await smsCode(p.number);
        assert.equal(successes(await fifty(() =>
            prove({ phone: p.number, otp }))), 1);
    });

test('codes end after 300 s, with a code that nobody repeats (F-20)',
    async () => {
        const own = await person(), p = await register();
        const number = phone();
        const otp = await smsCode(p.number);
        posted(await forgot(own.number));
        posted(await change(own.token, number));
        posted(await call('GET', `${AUTH}/account/otp`,
            { token: own.token }));
        const codes = [await smsCode(own.number, 2), await smsCode(number),
            await smsCode(own.number, 3)];
        try {
            await shift(301);
            refused(await prove({ phone: p.number, otp }), 1069, 403);
            refused(await reset({ phone: own.number, otp: codes[0] }), 1069);
            refused(await proveOwn(own.token, codes[1]), 1069, 403);
            refused(await call('POST', `${AUTH}/account/delete`, {
                token: own.token, json: { otp: codes[2] } }), 1069, 403);
        } finally {
            await shift(0);
        }
    });

// ---- H6, H7 ----

test('H6: known, proven and unknown numbers are answered alike (S-018)',
    async () => {
        const p = await register(), q = await person();
        const all = [];
        for (const number of [p.number, q.number, phone()])
            all.push(posted(await resend(number)));
        assert.equal(new Set(all.map((d) => d.AccountSid)).size, 1);
        assert.equal(new Set(all.map((d) => d.Sid)).size, 3);
        granted(await prove({ phone: p.number,
            otp: await smsCode(p.number, 2) }));
        assert.equal((await texts(q.number)).length, 1);
        for (const number of [p.number, q.number, phone()])
            for (const otp of ['123456', 'x'])
                refused(await prove({ phone: number, otp }), 1067, 403);
    });

test('limits of a number: told nowhere where existence is hidden (S-024)',
    async () => {
        const p = await register();
        for (let i = 0; i < 5; i++)
            posted(await resend(p.number));
        const t = await person();
        for (let i = 0; i < 3; i++)
            posted(await change(t.token, p.number = phone()) &&
                await call('POST', `${AUTH}/phone/otp`, { token: t.token }));
        refused(await call('POST', `${AUTH}/phone/otp`, { token: t.token }) &&
            await call('POST', `${AUTH}/phone/otp`, { token: t.token }),
        1123, 403);
    });

test('50 parallel requests for one number send three messages at most' +
    ' (S-024)', async () => {
    const p = await register();
    assert.equal(successes(await fifty(() => resend(p.number))), 50);
    await sms(p.number, 3);
    granted(await login(await person()));   // what is due has gone out
    assert.equal((await texts(p.number)).length, 3);
});

test('H7: only the own numbers, and only what is not proven', async () => {
    const none = await signedIn();
    const ask = (token, json) => call('POST', `${AUTH}/phone/otp`,
        { token, json });
    refused(await ask(none.token), 1292, 403);
    refused(await proveOwn(none.token, '123456'), 1292, 403);
    const p = await person();
    refused(await ask(p.token), 1073, 403);
    refused(await ask(p.token, { phone: phone() }), 1120, 403);
    refused(await ask(p.token, { phone: 'x' }), 1096, 400);
    refused(await proveOwn(p.token, '123456'), 1120, 403);
    posted(await call('PUT', `${AUTH}/phone`, { token: p.token,
        json: { phone: phone() }, query: { isvoiceotp: 'true' } }));
    refused(await call('PUT', `${AUTH}/phone/otp`, { token: p.token }),
        908, 400);
});

// ---- H1 ----

test('H1: is a number in use', async () => {
    const p = await person();
    const ask = (query) => call('GET', `${AUTH}/phone`, { query });
    assert.deepEqual(granted(await ask({ phone: p.number })),
        { IsExist: true });
    assert.deepEqual(granted(await ask({ phone: phone() })),
        { IsExist: false });
    refused(await ask({}), 1076, 400);
    refused(await ask({ phone: '+1 20' }), 1096, 400);
});

// ---- H2, H5 ----

test('H2, H5: the old number stays until the new one is proven; both hear' +
    ' of it (S-046, S-050)', async () => {
    const p = await person();
    const number = phone();
    posted(await change(p.token, number));
    granted(await login(p));
    refused(await login({ number }), 966, 401);
    assert.equal((await profile(p.token)).PhoneId, p.number);
    const otp = await smsCode(number);
    refused(await proveOwn(p.token, wrong(otp)), 1067, 403);
    granted(await proveOwn(p.token, otp));
    assert.equal((await profile(p.token)).PhoneId, number);
    assert.match(await sms(p.number, 2), /no longer belongs/);
    granted(await login({ number }));
    refused(await login(p), 966, 401);
    refused(await proveOwn(p.token, otp), 1120, 403);
});

test('H2: a second change voids the first code (S-046)', async () => {
    const p = await person();
    const [first, second] = [phone(), phone()];
    posted(await change(p.token, first));
    const otp = await smsCode(first);
    posted(await change(p.token, second));
    const other = await smsCode(second);
    if (otp !== other)
        refused(await proveOwn(p.token, otp), 1067, 403);
    granted(await proveOwn(p.token, other));
    assert.equal((await profile(p.token)).PhoneId, second);
});

test('H2: a number of another, now or meanwhile, is refused (S-046)',
    async () => {
        const p = await person(), q = await person();
        const number = phone();
        refused(await change(p.token, q.number), 1058, 403);
        refused(await change(p.token, p.number), 1058, 403);
        posted(await change(p.token, number));
        posted(await change(q.token, number));
        const codes = [await smsCode(number), await smsCode(number, 2)];
        granted(await proveOwn(q.token, codes[1]));
        refused(await proveOwn(p.token, codes[0]), 1058, 403);
        granted(await login(p));
        for (const [bad, code] of [['', 1076], ['x', 1096]])
            refused(await change(p.token, bad), code, 400);
    });

test('a stranger with the code of a change gets no session', async () => {
    const p = await person(), number = phone();
    posted(await change(p.token, number));
    refused(await prove({ phone: number, otp: await smsCode(number) }),
        1067, 403);
});

test('50 parallel changes to one number: one account has it', async () => {
    const people = [];
    for (let i = 0; i < 5; i++)
        people.push(await person());
    const number = phone();
    const codes = [];
    for (const [i, p] of people.slice(0, 3).entries()) {
        posted(await change(p.token, number));
        codes.push(await smsCode(number, i + 1));
    }
    assert.equal(successes(await fifty((i) => proveOwn(
        people[i % 3].token, codes[i % 3]))), 1);
    const owners = await Promise.all(people.map((p) => profile(p.token)));
    assert.equal(owners.filter((o) => o.PhoneId === number).length, 1);
    const many = await fifty((i) => change(people[i % 5].token, phone()));
    assert.ok(many.every((a) => a.status < 500));
});

test('A2: PhoneId changes as by H2', async () => {
    const p = await person();
    const update = (PhoneId, query) => call('PUT', `${AUTH}/account`,
        { token: p.token, json: { PhoneId }, query });
    for (const same of [p.number, `00${p.number.slice(1)}`])
        assert.equal(granted(await update(same)).Data.PhoneId, p.number);
    const number = phone();
    assert.equal(granted(await update(number)).Data.PhoneId, p.number);
    granted(await proveOwn(p.token, await smsCode(number)));
    assert.equal((await profile(p.token)).PhoneId, number);
    refused(await update('x'), 1096, 400);
    refused(await update(7), 1090, 400);
    refused(await update((await person()).number), 1058, 403);
    granted(await call('PUT', `${AUTH}/account`, { token: p.token,
        json: { PhoneIdVerified: false } }));
    assert.equal((await profile(p.token)).PhoneIdVerified, true);
});

// ---- H3 ----

test('H3: removed, unless nothing else remains', async () => {
    const only = await person();
    const remove = (token) => call('DELETE', `${AUTH}/phone`, { token });
    refused(await remove(only.token), 1006, 403);
    const p = await signedIn(), number = phone();
    refused(await remove(p.token), 1292, 403);
    posted(await change(p.token, number));
    granted(await proveOwn(p.token, await smsCode(number)));
    assert.deepEqual(granted(await remove(p.token)), { IsDeleted: true });
    const now = await profile(p.token);
    assert.deepEqual([now.PhoneId, now.PhoneIdVerified], [null, false]);
    assert.match(await sms(number, 2), /no longer belongs/);
    assert.ok((await mails(p.email)).some((m) =>
        /phone number/.test(m.subject)));
    refused(await login({ number }), 966, 401);
    granted(await register({ PhoneId: number }).then((r) => r.answer));
    posted(await change(p.token, phone()));
    granted(await remove(p.token));
    refused(await proveOwn(p.token, '123456'), 1292, 403);
});

// ---- W2, W6 ----

test('W2, W6: a new password by text message (S-047)', async () => {
    const p = await person();
    posted(await forgot(p.number));
    const otp = await smsCode(p.number, 2);
    refused(await reset({ phone: p.number, otp, password: 'short' }), 1134);
    refused(await reset({ phone: p.number, otp: wrong(otp) }), 1067, 403);
    assert.deepEqual(granted(await reset({ phone: p.number, otp })),
        { IsPosted: true });
    assert.match(await sms(p.number, 3), /password was changed/);
    refused(await login(p), 966, 401);
    granted(await login(p, fresh));
    refused(await call('GET', `${AUTH}/account`, { token: p.token }), 905);
    const again = await reset({ phone: p.number, otp, password: fresh + 1 });
    assert.ok([1067, 1068].includes(again.json.ErrorCode), again.text);
});

test('W2, W6: who has an account shows in nothing (S-016, S-018)',
    async () => {
        const p = await person(), unproven = await register();
        const all = [];
        for (const number of [p.number, unproven.number, phone()]) {
            all.push(posted(await forgot(number)));
            for (let i = 0; i < 6; i++)
                refused(await reset({ phone: number, otp: 'x' }), 1067, 403);
            for (let i = 0; i < 6; i++)
                posted(await forgot(number));
        }
        assert.equal(new Set(all.map((d) => d.AccountSid)).size, 1);
        assert.equal((await texts(unproven.number)).length, 1);
        refused(await forgot(''), 1076, 400);
        refused(await forgot('x'), 1096, 400);
        refused(await reset({ otp: '123456' }), 1076, 400);
    });

test('W6: 50 parallel uses of one code: one new password', async () => {
    const p = await person();
    posted(await forgot(p.number));
    const otp = await smsCode(p.number, 2);
    assert.equal(successes(await fifty((i) => reset({ phone: p.number, otp,
        password: `${fresh}-${i}` }))), 1);
});

test('W6: the code of a number that was given up is of no use', async () => {
    const p = await signedIn(), number = phone();
    posted(await change(p.token, number));
    granted(await proveOwn(p.token, await smsCode(number)));
    posted(await forgot(number));
    const otp = await smsCode(number, 2);
    granted(await call('DELETE', `${AUTH}/phone`, { token: p.token }));
    refused(await reset({ phone: number, otp }), 1067, 403);
});

// ---- A8, A9 ----

test('A8, A9: the account goes by a code', async () => {
    const p = await person();
    const ask = (query) => call('GET', `${AUTH}/account/otp`,
        { token: p.token, query });
    const remove = (otp) => call('POST', `${AUTH}/account/delete`,
        { token: p.token, json: { otp } });
    posted(await ask());
    const otp = await smsCode(p.number, 2);
    refused(await remove(wrong(otp)), 1067, 403);
    const all = await fifty(() => remove(otp));
    assert.equal(successes(all), 1);
    assert.deepEqual(all.find((a) => a.status === 200).json,
        { IsDeleted: true });
    refused(await login(p), 966, 401);
    assert.deepEqual(granted(await call('GET', `${AUTH}/phone`,
        { query: { phone: p.number } })), { IsExist: false });
});

test('A8, A9: not without a proven number; 15 tries an hour', async () => {
    const none = await signedIn();
    const ask = (token) => call('GET', `${AUTH}/account/otp`, { token });
    const remove = (token, otp) => call('POST', `${AUTH}/account/delete`,
        { token, json: { otp } });
    refused(await ask(none.token), 1292, 403);
    refused(await remove(none.token, '123456'), 1292, 403);
    const p = await person();
    for (let i = 0; i < 2; i++) {
        posted(await ask(p.token));
        const otp = await smsCode(p.number, i + 2);
        for (let j = 0; j < 5; j++)
            refused(await remove(p.token, wrong(otp)), 1067, 403);
        refused(await remove(p.token, otp), 1067, 403);
    }
});

// ---- voice, countries, templates ----

test('a call speaks the digits one by one', async () => {
    const number = phone();
    granted(await register({ PhoneId: number },
        { query: { isvoiceotp: 'true' } }).then((r) => r.answer));
    const otp = / (\d(?:, \d){5}) /.exec(await sms(number, 1, 'voice'))[1]
        .replaceAll(', ', '');
    granted(await prove({ phone: number, otp }));
});

test('no message goes to a country that is not listed (S-024)', async () => {
    const p = await person();
    for (const number of ['+33123456789', '+18765550101']) {
        refused(await register({ PhoneId: number }).then((r) => r.answer),
            1072, 403);
        refused(await resend(number), 1072, 403);
        refused(await forgot(number), 1072, 403);
        refused(await change(p.token, number), 1072, 403);
    }
});

test('one source sends 20 messages an hour (S-024)', async () => {
    const from = source();
    for (let i = 0; i < 20; i++)
        posted(await resend(phone(), { from }));
    refused(await resend(phone(), { from }), 1123, 403);
    refused(await forgot(phone(), { from }), 1123, 403);
    refused(await call('GET', `${AUTH}/login/smartlogin`, { from,
        query: { phone: phone(), clientguid: randomUUID() } }), 1123, 403);
    const p = await register({}, { from });
    refused(p.answer, 1123, 403);
});

test('PreventVerificationSms counts in the optional flow alone', async () => {
    const p = await register({}, { query: {
        options: 'PreventVerificationSms' } });
    granted(p.answer);
    await sms(p.number);
});
