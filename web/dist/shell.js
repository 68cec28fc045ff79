import{activity as p,api as g,curl as k,Form as q,go as f,html as s,language as r,LitElement as C,loadTexts as v,nothing as n,Problem as L,send as $,t,wantedLanguage as T}from"./kit.js";var b=JSON.parse(document.querySelector("meta[name=sillage-pages]").content),d=["auto","light","dark"];function c(){return localStorage.getItem("sillage.theme")??"auto"}function y(){document.documentElement.dataset.theme=c()}var w=s`<img class="mark" src="/console/assets/icon.svg" alt="" width="34" height="34" />`,h=class extends C{constructor(){super(...arguments);this.form=new q(this);this.wantsCode="";this.logIn=e=>this.form.submit(e,async a=>{let i;try{i=await g.post("/api/v1/auth/login",a,{quiet:!0})}catch(o){let m=o instanceof L?o.errors.find(E=>/^\/\w*(code|otp)$/i.test(E.pointer)):void 0;throw m&&!this.wantsCode&&(this.wantsCode=m.pointer.slice(1),this.requestUpdate(),await this.updateComplete),o}await $("POST","/api/v1/auth/cookies",JSON.stringify({refresh_token:i.refresh_token}),{quiet:!0}),this.wantsCode="";let l=this.me,u=this.ended;this.ended=void 0,u?.(),l&&l.username.toLowerCase()!==a.username.toLowerCase()&&location.reload()});this.logOut=async()=>{await $("DELETE","/api/v1/auth/cookies",void 0,{quiet:!0}),location.assign("/console")};this.setLanguage=async e=>{localStorage.setItem("sillage.language",e),await v(e),this.element=void 0,this.page="",this.route(),this.requestUpdate()};this.setTheme=()=>{localStorage.setItem("sillage.theme",d[(d.indexOf(c())+1)%d.length]),y(),this.requestUpdate()}}static{this.properties={ready:{state:!0},me:{state:!0},ended:{state:!0},page:{state:!0},open:{state:!0},call:{state:!0}}}createRenderRoot(){return this}connectedCallback(){super.connectedCallback(),y(),addEventListener("popstate",()=>this.route()),addEventListener("click",e=>this.follow(e)),addEventListener("keydown",e=>{e.key==="Escape"&&this.open&&(this.open=!1)}),p.addEventListener("call",e=>this.call=e.detail),p.addEventListener("ended",e=>this.ended=e.detail),this.start()}async start(){await v(T()),this.ready=!0,this.me=await g.get("/api/v1/me",{quiet:!0}),this.route()}get visible(){return b.filter(e=>e.for.length===0||e.for.some(a=>this.me?.permissions.includes(a)))}route(){if(!this.me)return;let[e,...a]=location.pathname.split("/").slice(2).map(decodeURIComponent);if(!e){f(`/console/${this.visible[0]?.name??"me"}`,!0);return}this.open=!1,this.show(e,a.filter(i=>i!==""))}async show(e,a){let i=this.page!==e,l=!this.element;if(this.page=e,customElements.get(`page-${e}`)||await import(`/console/assets/${e}.js`),this.page!==e)return;(i||!this.element)&&(this.element=document.createElement(`page-${e}`),Object.assign(this.element,{me:this.me}));let u=b.find(o=>o.name===e);document.title=`${this.titleOf(u)} · Sillage`,Object.assign(this.element,{path:a,query:new URLSearchParams(location.search)}),this.requestUpdate(),i&&!l&&(await this.updateComplete,this.querySelector("main")?.focus({preventScroll:!0}),scrollTo(0,0))}titleOf(e){return e?r==="fr"?e.french:e.english:""}follow(e){let a=e.target.closest?.("a");!a||e.defaultPrevented||e.button!==0||e.metaKey||e.ctrlKey||e.shiftKey||a.target||a.hasAttribute("download")||a.origin!==location.origin||!(a.pathname==="/console"||a.pathname.startsWith("/console/"))||(e.preventDefault(),f(a.href))}render(){return this.ready?this.me?s`
      <a class="skip" href="#main" @click=${e=>{e.preventDefault(),this.querySelector("main").focus()}}>${t("shell.skip")}</a>
      <header class="top">
        <button type="button" class="quiet menu" aria-expanded=${this.open?"true":"false"} aria-controls="nav" @click=${()=>this.open=!this.open}>
          <span aria-hidden="true">☰</span><span class="unseen">${t("shell.menu")}</span>
        </button>
        <a class="brand" href="/console">${w}<span>Sillage</span></a>
      </header>
      <nav id="nav" class=${this.open?"open":""} aria-label=${t("shell.navigation")}>
        <ul>
          ${this.visible.map(e=>s`<li>
              <a href="/console/${e.name}" aria-current=${e.name===this.page?"page":n}>${this.titleOf(e)}</a>
            </li>`)}
          <li><a href="/docs" target="_blank" rel="noopener">${t("shell.reference")}</a></li>
        </ul>
        <div class="who">
          <p><strong>${this.me.displayName??this.me.username}</strong><span>${t(`role.${this.me.role}`)}</span></p>
          <div class="row">
            ${r==="fr"?s`<button type="button" class="quiet" lang="en" @click=${()=>this.setLanguage("en")}>English</button>`:s`<button type="button" class="quiet" lang="fr" @click=${()=>this.setLanguage("fr")}>Français</button>`}
            <button type="button" class="quiet" @click=${this.setTheme}>${t(`theme.${c()}`)}</button>
            <button type="button" class="quiet" @click=${this.logOut}>${t("shell.logout")}</button>
          </div>
        </div>
      </nav>
      <main id="main" tabindex="-1">${this.element}</main>
      ${this.curlBar()}
      ${this.ended?s`<div class="over" role="dialog" aria-modal="true" aria-label=${t("login.again")}>${this.loginCard()}</div>`:n}
    `:this.ended?s`<main class="alone">${this.loginCard()}</main>`:n:n}curlBar(){if(!this.call)return n;let e=k(this.call,this.me.username);return s`<footer class="curl" aria-label=${t("curl.label")}>
      <span class="prompt" aria-hidden="true">$</span>
      <code tabindex="0" title=${t("curl.title")}>${e}</code>
      <button type="button" class="quiet" @click=${async a=>{let i=a.currentTarget;try{await navigator.clipboard.writeText(e),i.textContent=t("copied"),setTimeout(()=>i.textContent=t("copy"),2e3)}catch{getSelection()?.selectAllChildren(this.querySelector("footer.curl code"))}}}>${t("copy")}</button>
    </footer>`}loginCard(){return s`<section class="card login">
      <p class="brand">${w}<span>Sillage</span></p>
      <h1>${this.me?t("login.again"):t("login.title")}</h1>
      ${this.me?s`<p class="lead">${t("login.ended")}</p>`:n}
      <form novalidate @submit=${this.logIn}>
        ${this.form.problemBox()}
        ${this.form.field({name:"username",label:t("login.username"),autocomplete:"username",required:!0,value:this.me?.username})}
        ${this.form.field({name:"password",label:t("login.password"),type:"password",autocomplete:"current-password",required:!0})}
        ${this.wantsCode?this.form.field({name:this.wantsCode,label:t("login.code"),help:t("login.code.help"),autocomplete:"one-time-code",required:!0}):n}
        <button type="submit" class="primary wide" ?disabled=${this.form.busy}>${t("login.action")}</button>
      </form>
      ${this.me?n:s`<p class="row center">
        <button type="button" class="quiet" lang=${r==="fr"?"en":"fr"} @click=${()=>this.setLanguage(r==="fr"?"en":"fr")}>${r==="fr"?"English":"Français"}</button>
        <button type="button" class="quiet" @click=${this.setTheme}>${t(`theme.${c()}`)}</button>
      </p>`}
    </section>`}updated(){let e=this.querySelector(".login");if(e&&!e.contains(document.activeElement)){let a=[...e.querySelectorAll("input")];(a.find(i=>i.value==="")??a[0])?.focus()}}};customElements.define("sillage-shell",h);
