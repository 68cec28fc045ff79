import{activity as l,api as u,applyTheme as y,curl as w,go as h,html as s,language as o,LitElement as E,loadTexts as p,mark as g,nextTheme as L,nothing as i,Problem as q,readEvents as C,send as k,t as a,theme as T,wantedLanguage as S}from"./kit.js";var m=JSON.parse(document.querySelector("meta[name=sillage-pages]").content),f=d=>import(`/console/assets/${d}.js`),v={path:[],query:new URLSearchParams},c=class extends E{constructor(){super();this.loggedIn=e=>{let t=this.me,n=this.ended;this.ended=void 0,n?.(),t&&t.username.toLowerCase()!==e.detail.toLowerCase()&&location.reload()};this.logOut=async()=>{await k("DELETE","/api/v1/auth/cookies",void 0,{quiet:!0}),location.assign("/console")};this.setLanguage=async e=>{localStorage.setItem("sillage.language",e),await p(e),this.listen(),this.element=void 0,this.page="",this.route(),this.requestUpdate()};this.setTheme=()=>{L(),this.requestUpdate()};this.counts={}}static{this.properties={ready:{state:!0},me:{state:!0},ended:{state:!0},enrols:{state:!0},page:{state:!0},open:{state:!0},call:{state:!0},counts:{state:!0}}}createRenderRoot(){return this}connectedCallback(){super.connectedCallback(),y(),addEventListener("popstate",()=>this.route()),addEventListener("click",e=>this.follow(e)),addEventListener("keydown",e=>{e.key==="Escape"&&this.open&&(this.open=!1)}),l.addEventListener("call",e=>this.call=e.detail),l.addEventListener("ended",e=>this.ended=e.detail),this.start()}async start(){await p(S()),this.ready=!0;try{this.me=await u.get("/api/v1/me",{quiet:!0})}catch(e){if(!(e instanceof q)||e.status!==403)throw e;let t=await u.get("/api/v1/me/second-factor",{quiet:!0});if(!t.required||t.enabled)throw e;await f("me"),this.enrols=!0;return}this.route(),document.addEventListener("visibilitychange",()=>this.listen()),this.listen()}listen(){if(this.listening?.abort(),document.hidden)return;let e=this.listening=new AbortController;for(let t of this.visible.filter(n=>n.counts))C(`${t.counts}?language=${o}`,e.signal,n=>{let r=JSON.parse(n.data);typeof r.unread=="number"&&(this.counts={...this.counts,[t.name]:r.unread}),l.dispatchEvent(new CustomEvent("told",{detail:{page:t.name,...r}}))},()=>{})}get visible(){return m.filter(e=>e.for.length===0||e.for.some(t=>this.me?.permissions.includes(t)))}route(){if(!this.me)return;let[e,...t]=location.pathname.split("/").slice(2).map(decodeURIComponent);if(!e){h(`/console/${this.visible.find(n=>!n.elsewhere)?.name??"me"}`,!0);return}this.open=!1,this.show(e,t.filter(n=>n!==""))}async show(e,t){let n=this.page!==e,r=!this.element;if(this.page=e,customElements.get(`page-${e}`)||await f(e),this.page!==e)return;(n||!this.element)&&(this.element=document.createElement(`page-${e}`),Object.assign(this.element,{me:this.me}));let b=m.find($=>$.name===e);document.title=`${this.titleOf(b)} · Sillage`,Object.assign(this.element,{path:t,query:new URLSearchParams(location.search)}),this.requestUpdate(),n&&!r&&(await this.updateComplete,this.querySelector("main")?.focus({preventScroll:!0}),scrollTo(0,0))}counted(e){let t=this.counts[e.name]??0;return t===0?i:s`<span class="badge" title=${a("shell.unread",{n:t})}><span aria-hidden="true">${t>99?"99+":t}</span><span class="unseen">, ${a("shell.unread",{n:t})}</span></span>`}titleOf(e){return e?o==="fr"?e.french:e.english:""}follow(e){let t=e.target.closest?.("a");!t||e.defaultPrevented||e.button!==0||e.metaKey||e.ctrlKey||e.shiftKey||t.target||t.hasAttribute("download")||t.origin!==location.origin||!(t.pathname==="/console"||t.pathname.startsWith("/console/"))||(e.preventDefault(),h(t.href))}render(){return this.ready?this.enrols?s`<main class="alone"><div class="enrol"><p class="brand">${g}<span>Sillage</span></p>
        <me-factor .path=${v.path} .query=${v.query} @codes-kept=${()=>location.reload()}></me-factor></div></main>`:this.me?s`
      <a class="skip" href="#main" @click=${e=>{e.preventDefault(),this.querySelector("main").focus()}}>${a("shell.skip")}</a>
      <header class="top">
        <button type="button" class="quiet menu" aria-expanded=${this.open?"true":"false"} aria-controls="nav" @click=${()=>this.open=!this.open}>
          <span aria-hidden="true">☰</span><span class="unseen">${a("shell.menu")}</span>${Object.values(this.counts).some(e=>e>0)?s`<span class="badge dot" aria-hidden="true"></span>`:i}
        </button>
        <a class="brand" href="/console">${g}<span>Sillage</span></a>
      </header>
      <nav id="nav" class=${this.open?"open":""} aria-label=${a("shell.navigation")}>
        <ul>
          ${this.visible.map(e=>s`<li>
              <a href=${e.elsewhere??`/console/${e.name}`} aria-current=${e.name===this.page?"page":i}>${this.titleOf(e)}${this.counted(e)}</a>
            </li>`)}
          <li><a href="/docs" target="_blank" rel="noopener">${a("shell.reference")}</a></li>
        </ul>
        <div class="who">
          <p><strong>${this.me.displayName??this.me.username}</strong><span>${a(`role.${this.me.role}`)}</span></p>
          <div class="row">
            ${o==="fr"?s`<button type="button" class="quiet" lang="en" @click=${()=>this.setLanguage("en")}>English</button>`:s`<button type="button" class="quiet" lang="fr" @click=${()=>this.setLanguage("fr")}>Français</button>`}
            <button type="button" class="quiet" @click=${this.setTheme}>${a(`theme.${T()}`)}</button>
            <button type="button" class="quiet" @click=${this.logOut}>${a("shell.logout")}</button>
          </div>
        </div>
      </nav>
      <main id="main" tabindex="-1">${this.element}</main>
      ${this.curlBar()}
      ${this.ended?s`<div class="over" role="dialog" aria-modal="true" aria-label=${a("login.again")}>${this.loginCard()}</div>`:i}
    `:this.ended?s`<main class="alone">${this.loginCard()}</main>`:i:i}curlBar(){if(!this.call)return i;let e=w(this.call,this.me.username);return s`<footer class="curl" aria-label=${a("curl.label")}>
      <span class="prompt" aria-hidden="true">$</span>
      <code tabindex="0" title=${a("curl.title")}>${e}</code>
      <button type="button" class="quiet" @click=${async t=>{let n=t.currentTarget;try{await navigator.clipboard.writeText(e),n.textContent=a("copied"),setTimeout(()=>n.textContent=a("copy"),2e3)}catch{getSelection()?.selectAllChildren(this.querySelector("footer.curl code"))}}}>${a("copy")}</button>
    </footer>`}loginCard(){return s`<sillage-login .again=${this.me} .language=${o} @logged-in=${this.loggedIn}
      @language=${e=>this.setLanguage(e.detail)}></sillage-login>`}};customElements.define("sillage-shell",c);
