// What the server says of the page, put where Splunk's packages look for it as they are loaded.
export const page = JSON.parse(document.getElementById('splay-page').textContent);

window.$C = {
    LOCALE: 'en-US',
    MRSPARKLE_PORT_NUMBER: page.port,
    MRSPARKLE_ROOT_PATH: '',
    SERVER_ZONEINFO: page.timezone,
    SPLUNKD_PATH: '/en-US/splunkd/__raw',
    USERNAME: page.user,
};

// The page's policy lets only those style elements through that bear its mark.
const create = document.createElement.bind(document);
document.createElement = (name, options) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = page.nonce;
    return element;
};

// A session that has ended leads to the login.
const ask = window.fetch.bind(window);
window.fetch = async (...request) => {
    const answer = await ask(...request);
    if (answer.status === 401) window.location.reload();
    return answer;
};
