// PINs and security questions of people with a phone number.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, call, granted, hidden, login, page, password, phone, refused,
    send, shift, smsCode, sott, source, texts } from '../api.mjs';

const PIN = '482915', OTHER = '730264', word = 'violet-harbour-88';
const answers = { school: 'Hill House', pet: 'Rex' };

async function signedUp(PINInfo = { PIN }) {
    const number = phone(), from = source();
    granted(await call('POST', `${AUTH}/register`, { from,
        headers: { 'X-Doorward-Sott': await sott() },
        json: { PhoneId: number, Password: password, PINInfo,
            SecurityQuestionAnswer: answers } }));
    return { number, from };
}
async function person(PINInfo) {
    const { number, from } = await signedUp(PINInfo);
    const session = granted(await call('PUT', `${AUTH}/phone/otp`, { from,
        json: { phone: number, otp: await smsCode(number) } }));
    return { number, from, session, token: session.access_token };
}
const prove = (json) => call('PUT', `${AUTH}/phone/otp`,
    { from: source(), json });
const change = (p, oldpin, newpin) => call('PUT', `${AUTH}/pin/change`,
    { token: p.token, json: { oldpin, newpin } });
const forgot = (number, options) => call('POST', `${AUTH}/pin/forgot/otp`,
    { json: { phone: number }, ...options });
const reset = (json) => call('PUT', `${AUTH}/pin/reset/otp/phone`,
    { from: source(), json: { pin: OTHER, ...json } });
const wrong = (code) => code === '000000' ? '111111' : '000000';

test('I5 and I8: a code by text message sets a new PIN, once', async () => {
    const p = await person();
    const { Data } = granted(await forgot(p.number));
    assert.match(Data.AccountSid, /^AC[0-9a-f]{32}$/);
    assert.match(Data.Sid, /^SM[0-9a-f]{32}$/);
    const otp = await smsCode(p.number, 2);
    refused(await reset({ phone: p.number, otp, pin: '' }), 1234, 403);
    refused(await reset({ phone: p.number, otp, pin: '111111' }), 1134, 403);
    refused(await reset({ phone: p.number, otp: wrong(otp) }), 1067, 403);
    granted(await reset({ phone: p.number, otp }));
    refused(await reset({ phone: p.number, otp }), 1068, 403);
    granted(await change(p, OTHER, PIN));
});

test('50 uses of one code: one counts; 50 wrong ones end it', async () => {
    const p = await person();
    granted(await forgot(p.number));
    const otp = await smsCode(p.number, 2);
    const all = await Promise.all(Array.from({ length: 50 }, () =>
        reset({ phone: p.number, otp })));
    assert.equal(all.filter((a) => a.status === 200).length, 1);
    const other = await person();
    granted(await forgot(other.number));
    const good = await smsCode(other.number, 2);
    await Promise.all(Array.from({ length: 50 }, () =>
        reset({ phone: other.number, otp: wrong(good) })));
    refused(await reset({ phone: other.number, otp: good }), 1067, 403);
});

test('a code is over after five minutes', async () => {
    const p = await person();
    granted(await forgot(p.number));
    const otp = await smsCode(p.number, 2);
    await shift(301);
    refused(await reset({ phone: p.number, otp }), 1069, 403);
    await shift(0);
});

test('I5 tells nobody who exists or has a PIN (2.8)', async () => {
    const none = await person({});
    const shapes = new Set();
    for (const number of [none.number, phone(), (await person()).number])
        shapes.add((await forgot(number)).text.replace(
            /SM[0-9a-f]{32}/, 'SM'));
    assert.equal(shapes.size, 1);
    assert.equal((await texts(none.number)).length, 1);
});

test('I5 and I8 judge their parameters', async () => {
    refused(await forgot(''), 1076, 400);
    refused(await forgot('12'), 1096, 400);
    refused(await reset({ phone: '', otp: '123456' }), 1076, 400);
    refused(await reset({ phone: '12', otp: '123456' }), 1096, 400);
    refused(await reset({ phone: phone(), otp: '' }), 908, 400);
    refused(await reset({ phone: phone(), otp: '123456' }), 1067, 403);
});

test('Q2, W8 and I11 are by phone number', async () => {
    const p = await person();
    const ask = (number) => call('GET', `${AUTH}/securityquestion/phone`,
        { query: { phone: number } });
    assert.deepEqual(granted(await ask(p.number)).map((q) => q.QuestionId),
        ['school', 'pet']);
    assert.equal(granted(await ask(phone())).length, 2);
    refused(await ask('12'), 1096, 400);
    const by = (path, number, securityanswer = answers) => call('PUT',
        `${AUTH}/${path}`, { json: { phone: number, securityanswer,
            password: word, pin: OTHER } });
    for (const path of ['password/securityanswer',
        'pin/reset/securityanswer/phone']) {
        refused(await by(path, '12'), 1096, 400);
        refused(await by(path, phone()), 1094, 403);
        refused(await by(path, p.number, { pet: 'x' }), 1094, 403);
        refused(await by(path, p.number, { zoo: 'x' }), 1091, 403);
    }
    granted(await by('pin/reset/securityanswer/phone', p.number));
    granted(await change(p, OTHER, PIN));
    granted(await by('password/securityanswer', p.number));
    refused(await change(p, PIN, OTHER), 905, 403);
    refused(await login({ from: p.from, email: '' }, word), 1141, 400);
    granted(await call('POST', `${AUTH}/login`, { from: p.from,
        json: { phone: p.number, password: word } }));
});

test('H4 of a locked number takes the answers, at the page too (S-021)',
    async () => {
        for (const at of ['api', 'page']) {
            const p = await signedUp();
            const otp = await smsCode(p.number);
            for (let i = 0; i < 10; i++)
                refused(await prove({ phone: p.number, otp: '12x' }), 1067,
                    403);
            const with_ = (securityanswer, code = otp) => prove(
                { phone: p.number, otp: code, securityanswer });
            if (at === 'page') {
                const visit = page(new Map());
                const form = { phone: p.number, sent: 'yes', code: otp };
                const shown = await send(visit, '/verify-phone', form);
                assert.match(shown.text, /answers-error">There were too m/);
                const good = await send(visit, '/verify-phone', { ...form,
                    answer_school: answers.school, answer_pet: answers.pet });
                assert.equal(good.status, 303, good.text);
                continue;
            }
            refused(await with_(), 1148, 403);
            refused(await with_({ school: 'x', pet: 'y' }), 1094, 403);
            refused(await with_({ zoo: 'x' }), 1091, 403);
            refused(await with_(answers, wrong(otp)), 1067, 403);
            granted(await with_(answers));
        }
    });

test('a forgotten PIN is reset at the pages by a code to the number',
    async () => {
        const p = await person(), visit = page(new Map());
        const form = await visit('GET', '/forgot-pin');
        assert.match(form.text, /phone number/);
        const nobody = await send(visit, '/forgot-pin',
            { identifier: phone() });
        const sent = await send(visit, '/forgot-pin',
            { identifier: p.number });
        const same = (a) => a.text.replaceAll(/\+\d+/g, '+')
            .replaceAll(/(form_token" value|request)[^>]*/g, '');
        assert.equal(same(nobody), same(sent));
        assert.match(sent.text, /a code is on its way to it\./);
        assert.match(sent.text, /autocomplete="one-time-code"/);
        const otp = await smsCode(p.number, 2);
        const fields = { ...hidden(sent.text), identifier: p.number,
            new_pin: OTHER };
        const bad = await visit('POST', '/reset-pin', { ...fields,
            code: wrong(otp) });
        assert.match(bad.text, /id="code-error"/);
        const weak = await visit('POST', '/reset-pin', { ...fields,
            new_pin: '111111', code: otp });
        assert.match(weak.text, /id="new_pin-error"/);
        const good = await visit('POST', '/reset-pin', { ...fields,
            code: otp });
        assert.equal(good.status, 303, good.text);
        granted(await change(p, OTHER, PIN));
        assert.equal((await visit('GET', '/reset-pin')).status, 200);
        assert.match((await send(visit, '/forgot-pin', { identifier: '12' }))
            .text, /identifier-error/);
    });
