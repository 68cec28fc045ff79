import{activity as v,api as d,curl as T,Form as S,go as b,html as n,language as o,LitElement as M,loadTexts as $,nothing as s,Problem as w,send as y,t as a,wantedLanguage as O}from"./kit.js";var q=JSON.parse(document.querySelector("meta[name=sillage-pages]").content),h=["auto","light","dark"];function c(){return localStorage.getItem("sillage.theme")??"auto"}function E(){document.documentElement.dataset.theme=c()}var p=n`<img class="mark" src="/console/assets/icon.svg" alt="" width="34" height="34" />`,k=g=>import(`/console/assets/${g}.js`),L={path:[],query:new URLSearchParams},m=class extends M{constructor(){super(...arguments);this.form=new S(this);this.wantsCode="";this.logIn=e=>this.form.submit(e,async t=>{let i;try{i=await d.post("/api/v1/auth/login",t,{quiet:!0})}catch(r){let f=r instanceof w?r.errors.find(C=>/^\/\w*(code|otp)$/i.test(C.pointer)):void 0;throw f&&!this.wantsCode&&(this.wantsCode=f.pointer.slice(1),this.requestUpdate(),await this.updateComplete),r}await y("POST","/api/v1/auth/cookies",JSON.stringify({refresh_token:i.refresh_token}),{quiet:!0}),this.wantsCode="";let l=this.me,u=this.ended;this.ended=void 0,u?.(),l&&l.username.toLowerCase()!==t.username.toLowerCase()&&location.reload()});this.logOut=async()=>{await y("DELETE","/api/v1/auth/cookies",void 0,{quiet:!0}),location.assign("/console")};this.setLanguage=async e=>{localStorage.setItem("sillage.language",e),await $(e),this.element=void 0,this.page="",this.route(),this.requestUpdate()};this.setTheme=()=>{localStorage.setItem("sillage.theme",h[(h.indexOf(c())+1)%h.length]),E(),this.requestUpdate()}}static{this.properties={ready:{state:!0},me:{state:!0},ended:{state:!0},enrols:{state:!0},page:{state:!0},open:{state:!0},call:{state:!0}}}createRenderRoot(){return this}connectedCallback(){super.connectedCallback(),E(),addEventListener("popstate",()=>this.route()),addEventListener("click",e=>this.follow(e)),addEventListener("keydown",e=>{e.key==="Escape"&&this.open&&(this.open=!1)}),v.addEventListener("call",e=>this.call=e.detail),v.addEventListener("ended",e=>this.ended=e.detail),this.start()}async start(){await $(O()),this.ready=!0;try{this.me=await d.get("/api/v1/me",{quiet:!0})}catch(e){if(!(e instanceof w)||e.status!==403)throw e;let t=await d.get("/api/v1/me/second-factor",{quiet:!0});if(!t.required||t.enabled)throw e;await k("me"),this.enrols=!0;return}this.route()}get visible(){return q.filter(e=>e.for.length===0||e.for.some(t=>this.me?.permissions.includes(t)))}route(){if(!this.me)return;let[e,...t]=location.pathname.split("/").slice(2).map(decodeURIComponent);if(!e){b(`/console/${this.visible[0]?.name??"me"}`,!0);return}this.open=!1,this.show(e,t.filter(i=>i!==""))}async show(e,t){let i=this.page!==e,l=!this.element;if(this.page=e,customElements.get(`page-${e}`)||await k(e),this.page!==e)return;(i||!this.element)&&(this.element=document.createElement(`page-${e}`),Object.assign(this.element,{me:this.me}));let u=q.find(r=>r.name===e);document.title=`${this.titleOf(u)} · Sillage`,Object.assign(this.element,{path:t,query:new URLSearchParams(location.search)}),this.requestUpdate(),i&&!l&&(await this.updateComplete,this.querySelector("main")?.focus({preventScroll:!0}),scrollTo(0,0))}titleOf(e){return e?o==="fr"?e.french:e.english:""}follow(e){let t=e.target.closest?.("a");!t||e.defaultPrevented||e.button!==0||e.metaKey||e.ctrlKey||e.shiftKey||t.target||t.hasAttribute("download")||t.origin!==location.origin||!(t.pathname==="/console"||t.pathname.startsWith("/console/"))||(e.preventDefault(),b(t.href))}render(){return this.ready?this.enrols?n`<main class="alone"><div class="enrol"><p class="brand">${p}<span>Sillage</span></p>
        <me-factor .path=${L.path} .query=${L.query} @codes-kept=${()=>location.reload()}></me-factor></div></main>`:this.me?n`
      <a class="skip" href="#main" @click=${e=>{e.preventDefault(),this.querySelector("main").focus()}}>${a("shell.skip")}</a>
      <header class="top">
        <button type="button" class="quiet menu" aria-expanded=${this.open?"true":"false"} aria-controls="nav" @click=${()=>this.open=!this.open}>
          <span aria-hidden="true">☰</span><span class="unseen">${a("shell.menu")}</span>
        </button>
        <a class="brand" href="/console">${p}<span>Sillage</span></a>
      </header>
      <nav id="nav" class=${this.open?"open":""} aria-label=${a("shell.navigation")}>
        <ul>
          ${this.visible.map(e=>n`<li>
              <a href="/console/${e.name}" aria-current=${e.name===this.page?"page":s}>${this.titleOf(e)}</a>
            </li>`)}
          <li><a href="/docs" target="_blank" rel="noopener">${a("shell.reference")}</a></li>
        </ul>
        <div class="who">
          <p><strong>${this.me.displayName??this.me.username}</strong><span>${a(`role.${this.me.role}`)}</span></p>
          <div class="row">
            ${o==="fr"?n`<button type="button" class="quiet" lang="en" @click=${()=>this.setLanguage("en")}>English</button>`:n`<button type="button" class="quiet" lang="fr" @click=${()=>this.setLanguage("fr")}>Français</button>`}
            <button type="button" class="quiet" @click=${this.setTheme}>${a(`theme.${c()}`)}</button>
            <button type="button" class="quiet" @click=${this.logOut}>${a("shell.logout")}</button>
          </div>
        </div>
      </nav>
      <main id="main" tabindex="-1">${this.element}</main>
      ${this.curlBar()}
      ${this.ended?n`<div class="over" role="dialog" aria-modal="true" aria-label=${a("login.again")}>${this.loginCard()}</div>`:s}
    `:this.ended?n`<main class="alone">${this.loginCard()}</main>`:s:s}curlBar(){if(!this.call)return s;let e=T(this.call,this.me.username);return n`<footer class="curl" aria-label=${a("curl.label")}>
      <span class="prompt" aria-hidden="true">$</span>
      <code tabindex="0" title=${a("curl.title")}>${e}</code>
      <button type="button" class="quiet" @click=${async t=>{let i=t.currentTarget;try{await navigator.clipboard.writeText(e),i.textContent=a("copied"),setTimeout(()=>i.textContent=a("copy"),2e3)}catch{getSelection()?.selectAllChildren(this.querySelector("footer.curl code"))}}}>${a("copy")}</button>
    </footer>`}loginCard(){return n`<section class="card login">
      <p class="brand">${p}<span>Sillage</span></p>
      <h1>${this.me?a("login.again"):a("login.title")}</h1>
      ${this.me?n`<p class="lead">${a("login.ended")}</p>`:s}
      <form novalidate @submit=${this.logIn}>
        ${this.form.problemBox()}
        ${this.form.field({name:"username",label:a("login.username"),autocomplete:"username",required:!0,value:this.me?.username})}
        ${this.form.field({name:"password",label:a("login.password"),type:"password",autocomplete:"current-password",required:!0})}
        ${this.wantsCode?this.form.field({name:this.wantsCode,label:a("login.code"),help:a("login.code.help"),autocomplete:"one-time-code",required:!0}):s}
        <button type="submit" class="primary wide" ?disabled=${this.form.busy}>${a("login.action")}</button>
      </form>
      ${this.me?s:n`<p class="row center">
        <button type="button" class="quiet" lang=${o==="fr"?"en":"fr"} @click=${()=>this.setLanguage(o==="fr"?"en":"fr")}>${o==="fr"?"English":"Français"}</button>
        <button type="button" class="quiet" @click=${this.setTheme}>${a(`theme.${c()}`)}</button>
      </p>`}
    </section>`}updated(){let e=this.querySelector(".login");if(e&&!e.contains(document.activeElement)){let t=[...e.querySelectorAll("input")];(t.find(i=>i.value==="")??t[0])?.focus()}}};customElements.define("sillage-shell",m);
