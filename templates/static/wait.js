// A page that waits for an answer given elsewhere: asks from time to time
// whether it is there, and then loads itself, which goes on.
(function () {
    'use strict';

    const place = document.querySelector('[data-wait]');

    if (!place || !window.fetch)
        return;

    function later() {
        window.setTimeout(ask, 2000);
    }

    function ask() {
        window.fetch(place.dataset.wait, { cache: 'no-store' })
            .then((answer) => answer.json())
            .then((found) => {
                if (found.State === 'waiting')
                    later();
                else
                    window.location.reload();
            })
            .catch(later);
    }

    later();
}());
