import{api as d,ask as b,code as x,definePage as N,empty as $,Form as g,go as y,html as a,nothing as o,number as E,openDialog as v,Page as f,Paged as w,query as c,t,table as A,time as j,toast as q}from"./kit.js";var h=["member","researcher","administrator"],m=class extends f{constructor(){super(...arguments);this.search=new g(this);this.create=new g(this);this.accounts=new w(this);this.audit=new w(this);this.names=new Map;this.find=s=>this.search.submit(s,async e=>y(c("/console/people/accounts",e)));this.make=s=>this.create.submit(s,async e=>{let i=await d.post("/api/v1/users",{username:e.username,role:e.role,...e.email?{email:e.email}:{}},{idempotent:!0});this.made={username:i.username,password:i.password},s.target.reset(),await this.reload()});this.change=async(s,e,i)=>{let n=Object.fromEntries(Object.keys(e).map(u=>[u,s[u]??null])),p=async u=>{await d.patch(`/api/v1/users/${s.id}`,u),await this.reload()};await p(e),q(i,()=>p(n))};this.actions=async s=>{let e=await v(s.displayName??s.username,i=>a`
      <div class="dialog-body"><p>${s.username} · ${t(`role.${s.role}`)}</p></div>
      <div class="choices">
        ${h.filter(n=>n!==s.role).map(n=>a`<button type="button" @click=${()=>i(`role:${n}`)}><strong>${t("people.role.give",{role:t(`role.${n}`)})}</strong><span>${t(`role.${n}.text`)}</span></button>`)}
        <button type="button" @click=${()=>i("password")}><strong>${t("people.reset")}</strong><span>${t("people.reset.text")}</span></button>
        <button type="button" @click=${()=>i("disable")}><strong>${s.disabled?t("people.enable"):t("people.disable")}</strong><span>${s.disabled?t("people.enable.text"):t("people.disable.text")}</span></button>
        <button type="button" class="bad" @click=${()=>i("erase")}><strong>${t("people.erase")}</strong><span>${t("people.erase.text")}</span></button>
      </div>
      <div class="actions"><button type="button" class="quiet" @click=${()=>i()}>${t("cancel")}</button></div>`);if(e?.startsWith("role:")){let i=e.slice(5);await this.change(s,{role:i},t("people.role.given",{who:s.username,role:t(`role.${i}`)}))}else e==="disable"?await this.change(s,{disabled:!s.disabled},t(s.disabled?"people.enabled":"people.disabled",{who:s.username})):e==="password"?await b({title:t("people.reset"),body:t("people.reset.sure",{who:s.username}),action:t("people.reset"),danger:!0,run:async()=>this.made=await d.post(`/api/v1/users/${s.id}/password`)}):e==="erase"&&await this.erase(s)};this.erase=async s=>{let e=(r,l)=>c(`/api/v1/users/${s.id}`,{form:r,dryRun:l}),i=await d.delete(e("destroy",!0),{quiet:!0}),n=Object.values(i.sections).flatMap(r=>Object.entries(r)).filter(([,r])=>r>0),p=await v(t("erase.title",{who:s.username}),r=>a`
      <div class="dialog-body"><p>${t("me.erase.counts")}</p><ul class="counts">${n.map(([l,k])=>a`<li>${l}: ${E(k)}</li>`)}</ul></div>
      <div class="choices">${["anonymise","destroy"].map(l=>a`<button type="button" @click=${()=>r(l)}><strong>${t(`erase.${l}`)}</strong><span>${t(`erase.${l}.text`)}</span></button>`)}</div>
      <div class="actions"><button type="button" class="quiet" @click=${()=>r()}>${t("cancel")}</button></div>`);if(!p)return;await b({title:t(`erase.${p}`),body:t("people.erase.sure",{who:s.username}),action:t("erase.action"),danger:!0,run:()=>d.delete(e(p,!1))})&&(q(t("erase.done")),await this.reload())}}static{this.properties={...f.properties,made:{state:!0}}}get tab(){let s=this.can("accounts.read")?"accounts":"audit";return this.path[0]==="audit"||this.path[0]==="accounts"?this.path[0]:s}async load(){this.tab==="accounts"?await this.accounts.start(c("/api/v1/users",{search:this.query.get("search"),role:this.query.get("role"),limit:100})):(await this.audit.start(c("/api/v1/audit",{action:this.query.get("action"),subject:this.query.get("subject"),actor:this.query.get("actor"),limit:100})),await this.learnNames())}async learnNames(){if(!this.can("accounts.read"))return;let s=[...new Set(this.audit.items.flatMap(e=>[e.actor,e.subject]))].filter(e=>e!==void 0&&/^[0-9a-f-]{36}$/.test(e)&&!this.names.has(e));await Promise.all(s.slice(0,30).map(async e=>{try{this.names.set(e,(await d.get(`/api/v1/users/${e}`,{quiet:!0})).username)}catch{this.names.set(e,e.slice(0,8))}})),this.requestUpdate()}view(){let s=[...this.can("accounts.read")?["accounts"]:[],...this.can("audit.read")?["audit"]:[]];return a`
      <h1>${t("people.title")}</h1>
      <nav class="tabs" aria-label=${t("people.title")}>
        ${s.map(e=>a`<a href="/console/people/${e}" aria-current=${e===this.tab?"page":o}>${t(`people.${e}`)}</a>`)}
      </nav>
      ${this.tab==="accounts"?this.showAccounts():this.showAudit()}
    `}showAccounts(){let s=this.can("accounts.manage");return a`
      ${this.made?a`<section class="card"><h2>${t("people.made",{who:this.made.username})}</h2><p class="note">${t("people.once")}</p>${x(this.made.password,t("login.password"))}</section>`:o}
      <form class="filters" novalidate @submit=${this.find}>
        ${this.search.field({name:"search",pointer:"?search",label:t("people.search"),value:this.query.get("search")})}
        ${this.search.field({name:"role",pointer:"?role",label:t("me.role"),type:"select",value:this.query.get("role")??"",options:[["",t("all")],...h.map(e=>[e,t(`role.${e}`)])]})}
        <button type="submit">${t("filter")}</button>
      </form>
      ${this.loading&&!this.accounts.items.length?a`<p class="loading">${t("loading")}</p>`:this.accounts.items.length===0?$(t("people.none"),t("people.none.text")):a`${A(t("people.accounts"),[{title:t("login.username"),wide:!0,cell:e=>a`${e.username}${e.displayName?a`<small>${e.displayName}</small>`:o}`},{title:t("me.role"),cell:e=>a`<span class="tag">${t(`role.${e.role}`)}</span>${e.disabled?a` <span class="tag bad">${t("people.isdisabled")}</span>`:o}${e.lockedUntil?a` <span class="tag bad">${t("people.islocked")}</span>`:o}`},{title:t("me.email"),cell:e=>e.email??o},{title:t("study.created"),cell:e=>j(e.createdAt,"day")},...s?[{title:t("participant.actions"),cell:e=>a`<button type="button" class="quiet" aria-label=${t("people.actions",{who:e.username})} @click=${()=>this.actions(e)}>${t("people.change")}</button>`}]:[]],this.accounts.items)}${this.accounts.button()}`}
      ${s?a`<form class="card" novalidate @submit=${this.make}>
            <h2>${t("people.create")}</h2><p class="help">${t("people.create.text")}</p>
            ${this.create.problemBox()}
            <div class="inline">
              ${this.create.field({name:"username",label:t("login.username"),required:!0})}
              ${this.create.field({name:"role",label:t("me.role"),type:"select",value:"researcher",options:h.map(e=>[e,t(`role.${e}`)])})}
              ${this.create.field({name:"email",label:t("me.email"),type:"email"})}
            </div>
            <div class="actions"><button type="submit" class="primary" ?disabled=${this.create.busy}>${t("people.create")}</button></div>
          </form>`:o}`}showAudit(){let s=e=>e===void 0?t("people.server"):this.names.get(e)??e;return a`
      <form class="filters" novalidate @submit=${e=>this.search.submit(e,async i=>y(c("/console/people/audit",i)))}>
        ${this.search.field({name:"action",pointer:"?action",label:t("audit.action"),value:this.query.get("action")})}
        ${this.search.field({name:"subject",pointer:"?subject",label:t("audit.subject"),value:this.query.get("subject")})}
        <button type="submit">${t("filter")}</button>
      </form>
      ${this.loading&&!this.audit.items.length?a`<p class="loading">${t("loading")}</p>`:this.audit.items.length===0?$(t("audit.none"),t("audit.none.text")):a`${A(t("people.audit"),[{title:t("trace.time"),cell:e=>j(e.at)},{title:t("audit.action"),cell:e=>a`<a href=${c("/console/people/audit",{action:e.action})}>${e.action}</a>`},{title:t("audit.actor"),cell:e=>s(e.actor)},{title:t("audit.subject"),cell:e=>a`<a href=${c("/console/people/audit",{subject:e.subject})}>${s(e.subject)}</a>`},{title:t("audit.details"),cell:e=>e.details?a`<code class="rest">${e.details}</code>`:o}],this.audit.items)}${this.audit.button()}`}`}};N("people",m);
