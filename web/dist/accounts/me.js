import{api as l,ask as u,code as v,definePage as k,empty as A,Form as h,html as i,nothing as p,number as K,openDialog as O,Page as g,Paged as w,query as P,renew as x,t as e,table as y,time as c,toast as $}from"./kit.js";var f=["profile","sessions","keys","data"],b=class extends g{constructor(){super(...arguments);this.profile=new h(this);this.password=new h(this);this.newKey=new h(this);this.sessions=new w(this);this.keys=new w(this);this.saveProfile=s=>this.profile.submit(s,async t=>{let{displayName:n,email:a}=t;this.account=await l.patch("/api/v1/me",{displayName:n||null,email:a||null}),$(e("saved"))});this.changePassword=s=>this.password.submit(s,async t=>{await l.put("/api/v1/me/password",{currentPassword:t.currentPassword,newPassword:t.newPassword,keepApiKeys:t.keepApiKeys==="on"},{secret:!0}),s.target.reset(),$(e("me.password.done"))});this.end=async s=>{await l.delete(`/api/v1/me/sessions/${s.id}`),$(e("me.session.ended")),await this.reload()};this.endAll=async()=>{await u({title:e("me.sessions.endall"),body:e("me.sessions.endall.text"),action:e("me.sessions.endall"),danger:!0,run:()=>l.post("/api/v1/auth/logout?everywhere=true")})&&location.assign("/console")};this.makeKey=s=>this.newKey.submit(s,async t=>{let n=this.me.permissions.filter(d=>t[`can-${d}`]==="on"),a=await l.post("/api/v1/api-keys",{permissions:n,...t.name?{name:t.name}:{},...t.days?{expiresAt:new Date(Date.now()+Number(t.days)*864e5).toISOString()}:{}},{idempotent:!0});this.key=a.key,s.target.reset(),await this.reload()});this.deleteKey=async s=>{await u({title:e("me.key.delete"),body:e("me.key.delete.text",{key:s.name??s.hint}),action:e("me.key.delete"),danger:!0,run:()=>l.delete(`/api/v1/api-keys/${s.id}`)})&&await this.reload()};this.download=async()=>{await x();let s=document.createElement("a");s.href="/api/v1/me/data?download=true",s.download="",s.click()};this.erase=async()=>{let s=(r,o)=>P("/api/v1/me",{form:r,dryRun:o}),t=await l.delete(s("destroy",!0),{quiet:!0}),n=Object.values(t.sections).flatMap(r=>Object.entries(r)).filter(([,r])=>r>0),a=await O(e("me.erase"),r=>i`
      <div class="dialog-body"><p>${e("me.erase.counts")}</p><ul class="counts">${n.map(([o,m])=>i`<li>${o}: ${K(m)}</li>`)}</ul></div>
      <div class="choices">${["anonymise","destroy"].map(o=>i`<button type="button" @click=${()=>r(o)}><strong>${e(`erase.${o}`)}</strong><span>${e(`erase.${o}.text`)}</span></button>`)}</div>
      <div class="actions"><button type="button" class="quiet" @click=${()=>r()}>${e("cancel")}</button></div>`);if(!a)return;await u({title:e("me.erase"),body:e("me.erase.sure"),action:e("me.erase.action"),danger:!0,run:()=>l.delete(s(a,!1))})&&(await fetch("/api/v1/auth/cookies",{method:"DELETE"}),location.assign("/console"))}}static{this.properties={...g.properties,account:{state:!0},key:{state:!0},sections:{state:!0},openings:{state:!0}}}get tab(){return f.find(s=>s===this.path[0])??"profile"}async load(){switch(this.tab){case"profile":this.account=await l.get("/api/v1/me");break;case"sessions":await this.sessions.start("/api/v1/me/sessions?limit=50");break;case"keys":await this.keys.start("/api/v1/api-keys?limit=50");break;case"data":{let s=await l.get("/api/v1/me/data");this.sections=s,this.openings=this.findOpenings(s);break}}}findOpenings(s){let t=[],n=(a,d)=>{if(!(a===null||typeof a!="object"))for(let[r,o]of Object.entries(a))r==="identityOpenings"&&Array.isArray(o)?t.push(...o.map(m=>({...m,study:d}))):n(o,Array.isArray(a)?d:r)};return n(s,""),t.sort((a,d)=>d.at.localeCompare(a.at))}view(){return i`
      <h1>${e("me.title")}</h1>
      <nav class="tabs" aria-label=${e("me.title")}>
        ${f.map(s=>i`<a href="/console/me/${s}" aria-current=${s===this.tab?"page":p}>${e(`me.${s}`)}</a>`)}
      </nav>
      ${this.tab==="profile"?this.showProfile():this.tab==="sessions"?this.showSessions():this.tab==="keys"?this.showKeys():this.showData()}
    `}showProfile(){return this.account?i`<div class="grid">
      <form class="card" novalidate @submit=${this.saveProfile}>
        <h2>${e("me.profile")}</h2>
        ${this.profile.problemBox()}
        <dl class="facts"><dt>${e("login.username")}</dt><dd>${this.account.username}</dd><dt>${e("me.role")}</dt><dd>${e(`role.${this.account.role}`)}</dd><dt>${e("study.created")}</dt><dd>${c(this.account.createdAt,"day")}</dd></dl>
        ${this.profile.field({name:"displayName",label:e("me.displayname"),value:this.account.displayName,autocomplete:"name"})}
        ${this.profile.field({name:"email",label:e("me.email"),type:"email",value:this.account.email,autocomplete:"email"})}
        <div class="actions"><button type="submit" class="primary" ?disabled=${this.profile.busy}>${e("save")}</button></div>
      </form>
      <form class="card" novalidate @submit=${this.changePassword}>
        <h2>${e("me.password")}</h2>
        <p class="help">${e("me.password.help")}</p>
        ${this.password.problemBox()}
        ${this.password.field({name:"currentPassword",label:e("me.password.current"),type:"password",autocomplete:"current-password",required:!0})}
        ${this.password.field({name:"newPassword",label:e("me.password.new"),type:"password",autocomplete:"new-password",required:!0})}
        ${this.password.field({name:"keepApiKeys",label:e("me.password.keep"),type:"checkbox"})}
        <div class="actions"><button type="submit" class="primary" ?disabled=${this.password.busy}>${e("me.password.action")}</button></div>
      </form>
    </div>`:i`<p class="loading">${e("loading")}</p>`}showSessions(){return this.loading&&!this.sessions.items.length?i`<p class="loading">${e("loading")}</p>`:i`
      <div class="head"><p class="lead">${e("me.sessions.lead")}</p><button type="button" class="quiet bad" @click=${this.endAll}>${e("me.sessions.endall")}</button></div>
      ${y(e("me.sessions"),[{title:e("me.session.where"),wide:!0,cell:s=>i`${this.agent(s.userAgent)}${s.current?i` <span class="tag">${e("me.session.current")}</span>`:p}`},{title:e("me.session.since"),cell:s=>c(s.createdAt)},{title:e("me.session.used"),cell:s=>c(s.refreshedAt)},{title:e("participant.actions"),cell:s=>s.current?p:i`<button type="button" class="quiet bad" @click=${()=>this.end(s)}>${e("me.session.end")}</button>`}],this.sessions.items)}${this.sessions.button()}`}agent(s){if(!s)return e("me.session.unknown");let t=/Edg\//.test(s)?"Edge":/Firefox\//.test(s)?"Firefox":/Chrom(e|ium)\//.test(s)?"Chrome":/Safari\//.test(s)?"Safari":s.split(" ")[0],n=/Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(s)?.[0].replace("Mac OS X","macOS");return i`<span title=${s}>${t}${n?`, ${n}`:""}</span>`}showKeys(){return i`
      ${this.key?i`<section class="card"><h2>${e("me.key.made")}</h2><p class="note">${e("me.key.once")}</p>${v(this.key,e("me.key"))}</section>`:p}
      ${this.keys.items.length===0?A(e("me.keys.none"),e("me.keys.none.text")):i`${y(e("me.keys"),[{title:e("me.key.name"),wide:!0,cell:s=>i`${s.name??p} <small>${s.hint}…</small>`},{title:e("me.key.can"),cell:s=>s.permissions.map(t=>i`<span class="tag">${t}</span> `)},{title:e("study.created"),cell:s=>c(s.createdAt,"day")},{title:e("me.key.expires"),cell:s=>s.expiresAt?c(s.expiresAt,"day"):e("never")},{title:e("me.key.used"),cell:s=>s.lastUsedAt?c(s.lastUsedAt):e("never")},{title:e("participant.actions"),cell:s=>i`<button type="button" class="quiet bad" @click=${()=>this.deleteKey(s)}>${e("me.key.delete")}</button>`}],this.keys.items)}${this.keys.button()}`}
      <form class="card" novalidate @submit=${this.makeKey}>
        <h2>${e("me.key.new")}</h2>
        ${this.newKey.problemBox()}
        ${this.newKey.field({name:"name",label:e("me.key.name"),placeholder:e("me.key.name.example")})}
        ${this.newKey.field({name:"days",pointer:"/expiresAt",label:e("me.key.days"),type:"number",value:365})}
        <fieldset><legend>${e("me.key.can")}</legend>
          <div class="checks">${this.me.permissions.map(s=>this.newKey.field({name:`can-${s}`,label:s,type:"checkbox"}))}</div>
        </fieldset>
        <div class="actions"><button type="submit" class="primary" ?disabled=${this.newKey.busy}>${e("me.key.action")}</button></div>
      </form>`}showData(){return this.sections?i`
      <div class="head"><p class="lead">${e("me.data.lead")}</p><button type="button" class="primary" @click=${this.download}>${e("me.data.download")}</button></div>
      <section>
        ${Object.entries(this.sections).map(([s,t])=>i`<details class="card"><summary>${s}</summary><div class="code"><pre tabindex="0">${JSON.stringify(t,null,2)}</pre></div></details>`)}
      </section>
      <section class="card">
        <h2>${e("me.openings")}</h2>
        ${this.openings.length===0?i`<p class="help">${e("me.openings.none")}</p>`:y(e("me.openings"),[{title:e("trace.time"),cell:s=>c(s.at)},{title:e("me.opening.by"),cell:s=>s.by??e("me.opening.unknown")},{title:e("me.opening.what"),cell:s=>e(`opening.${s.action}`)},{title:e("study.name"),cell:s=>s.study}],this.openings)}
      </section>
      <section class="card danger">
        <h2>${e("me.erase")}</h2><p class="help">${e("me.erase.help")}</p>
        <div class="actions"><button type="button" class="danger" @click=${this.erase}>${e("me.erase")}</button></div>
      </section>`:i`<p class="loading">${e("loading")}</p>`}};k("me",b);
