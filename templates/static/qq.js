// Opens the window of the captcha when the form is sent, and sends the form
// with its ticket.
'use strict';

(() => {
    const ticket = document.querySelector('[data-qq]');
    const form = ticket.closest('form');
    const randstr = form.querySelector('input[name=qq_captcha_randstr]');

    form.addEventListener('submit', (event) => {
        if (ticket.value)
            return;
        event.preventDefault();
        new TencentCaptcha(ticket.dataset.qq, (answer) => {
            if (answer.ret !== 0)
                return;
            ticket.value = answer.ticket;
            randstr.value = answer.randstr;
            form.requestSubmit();
        }).show();
    });
    // A ticket counts once.
    addEventListener('pageshow', () => {
        ticket.value = randstr.value = '';
    });
})();
