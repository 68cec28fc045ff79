import{activity as c,api as d,applyTheme as y,curl as w,go as u,html as i,language as r,LitElement as E,loadTexts as h,mark as p,nextTheme as L,nothing as s,Problem as q,send as k,t as a,theme as C,wantedLanguage as T}from"./kit.js";var g=JSON.parse(document.querySelector("meta[name=sillage-pages]").content),m=o=>import(`/console/assets/${o}.js`),f={path:[],query:new URLSearchParams},l=class extends E{constructor(){super(...arguments);this.loggedIn=e=>{let t=this.me,n=this.ended;this.ended=void 0,n?.(),t&&t.username.toLowerCase()!==e.detail.toLowerCase()&&location.reload()};this.logOut=async()=>{await k("DELETE","/api/v1/auth/cookies",void 0,{quiet:!0}),location.assign("/console")};this.setLanguage=async e=>{localStorage.setItem("sillage.language",e),await h(e),this.element=void 0,this.page="",this.route(),this.requestUpdate()};this.setTheme=()=>{L(),this.requestUpdate()}}static{this.properties={ready:{state:!0},me:{state:!0},ended:{state:!0},enrols:{state:!0},page:{state:!0},open:{state:!0},call:{state:!0}}}createRenderRoot(){return this}connectedCallback(){super.connectedCallback(),y(),addEventListener("popstate",()=>this.route()),addEventListener("click",e=>this.follow(e)),addEventListener("keydown",e=>{e.key==="Escape"&&this.open&&(this.open=!1)}),c.addEventListener("call",e=>this.call=e.detail),c.addEventListener("ended",e=>this.ended=e.detail),this.start()}async start(){await h(T()),this.ready=!0;try{this.me=await d.get("/api/v1/me",{quiet:!0})}catch(e){if(!(e instanceof q)||e.status!==403)throw e;let t=await d.get("/api/v1/me/second-factor",{quiet:!0});if(!t.required||t.enabled)throw e;await m("me"),this.enrols=!0;return}this.route()}get visible(){return g.filter(e=>e.for.length===0||e.for.some(t=>this.me?.permissions.includes(t)))}route(){if(!this.me)return;let[e,...t]=location.pathname.split("/").slice(2).map(decodeURIComponent);if(!e){u(`/console/${this.visible.find(n=>!n.elsewhere)?.name??"me"}`,!0);return}this.open=!1,this.show(e,t.filter(n=>n!==""))}async show(e,t){let n=this.page!==e,v=!this.element;if(this.page=e,customElements.get(`page-${e}`)||await m(e),this.page!==e)return;(n||!this.element)&&(this.element=document.createElement(`page-${e}`),Object.assign(this.element,{me:this.me}));let $=g.find(b=>b.name===e);document.title=`${this.titleOf($)} · Sillage`,Object.assign(this.element,{path:t,query:new URLSearchParams(location.search)}),this.requestUpdate(),n&&!v&&(await this.updateComplete,this.querySelector("main")?.focus({preventScroll:!0}),scrollTo(0,0))}titleOf(e){return e?r==="fr"?e.french:e.english:""}follow(e){let t=e.target.closest?.("a");!t||e.defaultPrevented||e.button!==0||e.metaKey||e.ctrlKey||e.shiftKey||t.target||t.hasAttribute("download")||t.origin!==location.origin||!(t.pathname==="/console"||t.pathname.startsWith("/console/"))||(e.preventDefault(),u(t.href))}render(){return this.ready?this.enrols?i`<main class="alone"><div class="enrol"><p class="brand">${p}<span>Sillage</span></p>
        <me-factor .path=${f.path} .query=${f.query} @codes-kept=${()=>location.reload()}></me-factor></div></main>`:this.me?i`
      <a class="skip" href="#main" @click=${e=>{e.preventDefault(),this.querySelector("main").focus()}}>${a("shell.skip")}</a>
      <header class="top">
        <button type="button" class="quiet menu" aria-expanded=${this.open?"true":"false"} aria-controls="nav" @click=${()=>this.open=!this.open}>
          <span aria-hidden="true">☰</span><span class="unseen">${a("shell.menu")}</span>
        </button>
        <a class="brand" href="/console">${p}<span>Sillage</span></a>
      </header>
      <nav id="nav" class=${this.open?"open":""} aria-label=${a("shell.navigation")}>
        <ul>
          ${this.visible.map(e=>i`<li>
              <a href=${e.elsewhere??`/console/${e.name}`} aria-current=${e.name===this.page?"page":s}>${this.titleOf(e)}</a>
            </li>`)}
          <li><a href="/docs" target="_blank" rel="noopener">${a("shell.reference")}</a></li>
        </ul>
        <div class="who">
          <p><strong>${this.me.displayName??this.me.username}</strong><span>${a(`role.${this.me.role}`)}</span></p>
          <div class="row">
            ${r==="fr"?i`<button type="button" class="quiet" lang="en" @click=${()=>this.setLanguage("en")}>English</button>`:i`<button type="button" class="quiet" lang="fr" @click=${()=>this.setLanguage("fr")}>Français</button>`}
            <button type="button" class="quiet" @click=${this.setTheme}>${a(`theme.${C()}`)}</button>
            <button type="button" class="quiet" @click=${this.logOut}>${a("shell.logout")}</button>
          </div>
        </div>
      </nav>
      <main id="main" tabindex="-1">${this.element}</main>
      ${this.curlBar()}
      ${this.ended?i`<div class="over" role="dialog" aria-modal="true" aria-label=${a("login.again")}>${this.loginCard()}</div>`:s}
    `:this.ended?i`<main class="alone">${this.loginCard()}</main>`:s:s}curlBar(){if(!this.call)return s;let e=w(this.call,this.me.username);return i`<footer class="curl" aria-label=${a("curl.label")}>
      <span class="prompt" aria-hidden="true">$</span>
      <code tabindex="0" title=${a("curl.title")}>${e}</code>
      <button type="button" class="quiet" @click=${async t=>{let n=t.currentTarget;try{await navigator.clipboard.writeText(e),n.textContent=a("copied"),setTimeout(()=>n.textContent=a("copy"),2e3)}catch{getSelection()?.selectAllChildren(this.querySelector("footer.curl code"))}}}>${a("copy")}</button>
    </footer>`}loginCard(){return i`<sillage-login .again=${this.me} .language=${r} @logged-in=${this.loggedIn}
      @language=${e=>this.setLanguage(e.detail)}></sillage-login>`}};customElements.define("sillage-shell",l);
