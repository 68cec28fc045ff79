import{api as u,ask as b,code as x,definePage as E,empty as $,Form as g,go as y,html as a,Names as N,nothing as r,number as M,openDialog as v,Page as f,Paged as w,query as c,t as e,table as A,time as j,toast as k}from"./kit.js";var h=["member","researcher","administrator"],m=class extends f{constructor(){super(...arguments);this.search=new g(this);this.create=new g(this);this.accounts=new w(this);this.audit=new w(this);this.names=new N(this);this.find=s=>this.search.submit(s,async t=>y(c("/console/people/accounts",t)));this.make=s=>this.create.submit(s,async t=>{let i=await u.post("/api/v1/users",{username:t.username,role:t.role,...t.email?{email:t.email}:{}},{idempotent:!0});this.made={username:i.username,password:i.password},s.target.reset(),await this.reload()});this.change=async(s,t,i)=>{let n=Object.fromEntries(Object.keys(t).map(d=>[d,s[d]??null])),p=async d=>{await u.patch(`/api/v1/users/${s.id}`,d),await this.reload()};await p(t),k(i,()=>p(n))};this.actions=async s=>{let t=await v(s.displayName??s.username,i=>a`
      <div class="dialog-body"><p>${s.username} · ${e(`role.${s.role}`)}</p></div>
      <div class="choices">
        ${h.filter(n=>n!==s.role).map(n=>a`<button type="button" @click=${()=>i(`role:${n}`)}><strong>${e("people.role.give",{role:e(`role.${n}`)})}</strong><span>${e(`role.${n}.text`)}</span></button>`)}
        <button type="button" @click=${()=>i("password")}><strong>${e("people.reset")}</strong><span>${e("people.reset.text")}</span></button>
        <button type="button" @click=${()=>i("disable")}><strong>${s.disabled?e("people.enable"):e("people.disable")}</strong><span>${s.disabled?e("people.enable.text"):e("people.disable.text")}</span></button>
        <button type="button" class="bad" @click=${()=>i("erase")}><strong>${e("people.erase")}</strong><span>${e("people.erase.text")}</span></button>
      </div>
      <div class="actions"><button type="button" class="quiet" @click=${()=>i()}>${e("cancel")}</button></div>`);if(t?.startsWith("role:")){let i=t.slice(5);await this.change(s,{role:i},e("people.role.given",{who:s.username,role:e(`role.${i}`)}))}else t==="disable"?await this.change(s,{disabled:!s.disabled},e(s.disabled?"people.enabled":"people.disabled",{who:s.username})):t==="password"?await b({title:e("people.reset"),body:e("people.reset.sure",{who:s.username}),action:e("people.reset"),danger:!0,run:async()=>this.made=await u.post(`/api/v1/users/${s.id}/password`)}):t==="erase"&&await this.erase(s)};this.erase=async s=>{let t=(o,l)=>c(`/api/v1/users/${s.id}`,{form:o,dryRun:l}),i=await u.delete(t("destroy",!0),{quiet:!0}),n=Object.values(i.sections).flatMap(o=>Object.entries(o)).filter(([,o])=>o>0),p=await v(e("erase.title",{who:s.username}),o=>a`
      <div class="dialog-body"><p>${e("me.erase.counts")}</p><ul class="counts">${n.map(([l,q])=>a`<li>${l}: ${M(q)}</li>`)}</ul></div>
      <div class="choices">${["anonymise","destroy"].map(l=>a`<button type="button" @click=${()=>o(l)}><strong>${e(`erase.${l}`)}</strong><span>${e(`erase.${l}.text`)}</span></button>`)}</div>
      <div class="actions"><button type="button" class="quiet" @click=${()=>o()}>${e("cancel")}</button></div>`);if(!p)return;await b({title:e(`erase.${p}`),body:e("people.erase.sure",{who:s.username}),action:e("erase.action"),danger:!0,run:()=>u.delete(t(p,!1))})&&(k(e("erase.done")),await this.reload())}}static{this.properties={...f.properties,made:{state:!0}}}get tab(){let s=this.can("accounts.read")?"accounts":"audit";return this.path[0]==="audit"||this.path[0]==="accounts"?this.path[0]:s}async load(){this.tab==="accounts"?await this.accounts.start(c("/api/v1/users",{search:this.query.get("search"),role:this.query.get("role"),limit:100})):(await this.audit.start(c("/api/v1/audit",{action:this.query.get("action"),subject:this.query.get("subject"),actor:this.query.get("actor"),limit:100})),this.can("accounts.read")&&await this.names.learn(this.audit.items.flatMap(s=>[s.actor,s.subject])))}view(){let s=[...this.can("accounts.read")?["accounts"]:[],...this.can("audit.read")?["audit"]:[]];return a`
      <h1>${e("people.title")}</h1>
      <nav class="tabs" aria-label=${e("people.title")}>
        ${s.map(t=>a`<a href="/console/people/${t}" aria-current=${t===this.tab?"page":r}>${e(`people.${t}`)}</a>`)}
      </nav>
      ${this.tab==="accounts"?this.showAccounts():this.showAudit()}
    `}showAccounts(){let s=this.can("accounts.manage");return a`
      ${this.made?a`<section class="card"><h2>${e("people.made",{who:this.made.username})}</h2><p class="note">${e("people.once")}</p>${x(this.made.password,e("login.password"))}</section>`:r}
      <form class="filters" novalidate @submit=${this.find}>
        ${this.search.field({name:"search",pointer:"?search",label:e("people.search"),value:this.query.get("search")})}
        ${this.search.field({name:"role",pointer:"?role",label:e("me.role"),type:"select",value:this.query.get("role")??"",options:[["",e("all")],...h.map(t=>[t,e(`role.${t}`)])]})}
        <button type="submit">${e("filter")}</button>
      </form>
      ${this.loading&&!this.accounts.items.length?a`<p class="loading">${e("loading")}</p>`:this.accounts.items.length===0?$(e("people.none"),e("people.none.text")):a`${A(e("people.accounts"),[{title:e("login.username"),wide:!0,cell:t=>a`${t.username}${t.displayName?a`<small>${t.displayName}</small>`:r}`},{title:e("me.role"),cell:t=>a`<span class="tag">${e(`role.${t.role}`)}</span>${t.disabled?a` <span class="tag bad">${e("people.isdisabled")}</span>`:r}${t.lockedUntil?a` <span class="tag bad">${e("people.islocked")}</span>`:r}`},{title:e("me.email"),cell:t=>t.email??r},{title:e("study.created"),cell:t=>j(t.createdAt,"day")},...s?[{title:e("participant.actions"),cell:t=>a`<button type="button" class="quiet" aria-label=${e("people.actions",{who:t.username})} @click=${()=>this.actions(t)}>${e("people.change")}</button>`}]:[]],this.accounts.items)}${this.accounts.button()}`}
      ${s?a`<form class="card" novalidate @submit=${this.make}>
            <h2>${e("people.create")}</h2><p class="help">${e("people.create.text")}</p>
            ${this.create.problemBox()}
            <div class="inline">
              ${this.create.field({name:"username",label:e("login.username"),required:!0})}
              ${this.create.field({name:"role",label:e("me.role"),type:"select",value:"researcher",options:h.map(t=>[t,e(`role.${t}`)])})}
              ${this.create.field({name:"email",label:e("me.email"),type:"email"})}
            </div>
            <div class="actions"><button type="submit" class="primary" ?disabled=${this.create.busy}>${e("people.create")}</button></div>
          </form>`:r}`}showAudit(){let s=t=>t===void 0?e("people.server"):this.names.of(t);return a`
      <form class="filters" novalidate @submit=${t=>this.search.submit(t,async i=>y(c("/console/people/audit",i)))}>
        ${this.search.field({name:"action",pointer:"?action",label:e("audit.action"),value:this.query.get("action")})}
        ${this.search.field({name:"subject",pointer:"?subject",label:e("audit.subject"),value:this.query.get("subject")})}
        <button type="submit">${e("filter")}</button>
      </form>
      ${this.loading&&!this.audit.items.length?a`<p class="loading">${e("loading")}</p>`:this.audit.items.length===0?$(e("audit.none"),e("audit.none.text")):a`${A(e("people.audit"),[{title:e("trace.time"),cell:t=>j(t.at)},{title:e("audit.action"),cell:t=>a`<a href=${c("/console/people/audit",{action:t.action})}>${t.action}</a>`},{title:e("audit.actor"),cell:t=>s(t.actor)},{title:e("audit.subject"),cell:t=>a`<a href=${c("/console/people/audit",{subject:t.subject})}>${s(t.subject)}</a>`},{title:e("audit.details"),cell:t=>t.details?a`<code class="rest">${t.details}</code>`:r}],this.audit.items)}${this.audit.button()}`}`}};E("people",m);
