/** The page's bones; what is in them comes from the script, by what the server says. */
export const roomPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>firebreak control room</title>
<link rel="stylesheet" href="room.css">
<script type="module" src="room.js"></script>
</head>
<body>
<header class="top">
  <h1>firebreak</h1>
  <p id="where" class="quiet"></p>
  <p id="connection" role="status"></p>
</header>
<noscript><p>The control room needs JavaScript.</p></noscript>
<main>
  <section aria-labelledby="apps-title">
    <h2 id="apps-title">The family <span id="totals" class="quiet"></span></h2>
    <div id="apps"></div>
  </section>
  <section aria-labelledby="broken-title">
    <h2 id="broken-title">What is broken</h2>
    <p id="playing" hidden></p>
    <ul id="faults"></ul>
  </section>
  <section aria-labelledby="break-title">
    <h2 id="break-title">Break something</h2>
    <label>Look for a fault <input id="filter" type="search" autocomplete="off" placeholder="down, auth, slow …"></label>
    <div id="forms"></div>
  </section>
  <section aria-labelledby="play-title">
    <h2 id="play-title">Play a scenario</h2>
    <form id="play">
      <label>Scenario <select id="scenario"></select></label>
      <button>Play</button>
      <button type="button" id="stop">Stop</button>
    </form>
    <p id="story" class="quiet"></p>
  </section>
  <section aria-labelledby="mitigations-title">
    <h2 id="mitigations-title">Mitigations</h2>
    <p class="quiet">Switching one starts the services of the family anew, two at a time.</p>
    <ul id="mitigations"></ul>
  </section>
  <section aria-labelledby="map-title">
    <h2 id="map-title">Who calls whom</h2>
    <div class="wide" id="map" tabindex="0" role="group" aria-label="The services and their links"></div>
  </section>
  <section aria-labelledby="pages-title">
    <h2 id="pages-title">Look at it yourself</h2>
    <div id="pages"></div>
  </section>
  <section aria-labelledby="log-title">
    <h2 id="log-title">What happened</h2>
    <ol id="log" tabindex="0"></ol>
  </section>
</main>
<p id="message" role="alert" hidden></p>
</body>
</html>
`
