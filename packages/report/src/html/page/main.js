// Begins.

const themeButton = /** @type {HTMLButtonElement} */ (document.getElementById('theme'));

const nameTheme = () => {
  themeButton.textContent = isDark() ? 'Light' : 'Dark';
  themeButton.setAttribute(
    'aria-label',
    isDark() ? 'Switch to light colours' : 'Switch to dark colours',
  );
};

themeButton.hidden = false;
nameTheme();
themeButton.addEventListener('click', () => {
  const wanted = isDark() ? 'light' : 'dark';
  // What the system says anyway need not be said: it may change with the time of day.
  setTheme((wanted === 'dark') === darkSystem.matches ? 'auto' : wanted);
  nameTheme();
  redrawCharts();
});
darkSystem.addEventListener('change', () => {
  nameTheme();
  redrawCharts();
});
// Paper is white.
for (const moment of ['beforeprint', 'afterprint']) {
  addEventListener(moment, () => {
    document.documentElement.classList.toggle('printing', moment === 'beforeprint');
    redrawCharts();
  });
}

drawCharts(JSON.parse(document.getElementById('data')?.textContent ?? ''));
prepareTables();
document.documentElement.dataset.ready = 'true';
