// Who is locked out answers the security questions, in a browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, call, granted, login, password, signedIn } from
    '../../http/api.mjs';
import { fine, look, visitor } from '../browser.mjs';

const next = 'violet-harbour-88';
const heading = (v) => v.page.locator('h1').innerText();
const press = (v) => v.page.locator('main button[type=submit]').first()
    .click();
const lock = async (p) => {
    for (let i = 0; i < 4; i++)
        await login(p, 'not the password');
};
async function answer(v, pet) {
    await v.page.getByLabel('What was your first pet called?').fill(pet);
    await v.page.getByLabel('In which street did you grow up?')
        .fill('Mill Lane');
}

test('a locked account: the form for signing in and that for a new ' +
    'password ask for the answers (S-021)', async () => {
    const p = await signedIn();
    granted(await call('PUT', `${AUTH}/account`, { token: p.token,
        json: { SecurityQuestionAnswer: { pet: 'Rex',
            street: 'Mill Lane' } } }));
    await lock(p);
    const v = await visitor({ javaScriptEnabled: false });
    const enter = async (word) => {
        await v.page.fill('#identifier', p.email);
        await v.page.fill('#password', word);
    };
    await v.go('/login');
    await enter(password);
    await press(v);
    await look(v, 'login-locked');
    assert.match(await v.page.locator('#answers-error').innerText(),
        /too many attempts/);
    await enter(password);
    await answer(v, 'Tom');
    await press(v);
    assert.equal(await v.page.locator('#answers-error').innerText(),
        'The answers are not right.');
    await enter('not the password');
    await answer(v, 'Rex');
    await press(v);
    assert.match(await v.page.locator('main').innerText(), /do not match/);
    await enter(password);
    await answer(v, 'Rex');
    await press(v);
    assert.equal(await heading(v), 'Your account');

    await lock(p);
    await v.go('/account/password');
    const change = async () => {
        await v.page.fill('#password', password);
        await v.page.fill('#new_password', next);
    };
    await change();
    await press(v);
    await look(v, 'password-locked');
    await change();
    await answer(v, 'rex');
    await press(v);
    assert.equal(await heading(v), 'Your account');
    granted(await login(p, next));
    fine(v);
});
