import{api as i,ask as o,definePage as m,empty as g,html as r,nothing as a,number as c,Page as v,Paged as l,query as u,t as e,table as d,time as b,toast as p}from"./kit.js";var h=class extends v{constructor(){super(...arguments);this.parkedJobs=new l(this);this.jobs=new l(this);this.events=new l(this);this.version="";this.modules=[];this.retry=async t=>{await i.post(`/api/v1/jobs/${t.id}/retry`),p(e("server.job.retried")),await this.reload()};this.drop=async t=>{await o({title:e("server.drop"),body:e("server.job.drop.text",{kind:t.kind}),action:e("server.drop"),danger:!0,run:()=>i.delete(`/api/v1/jobs/${t.id}`)})&&await this.reload()};this.replay=async t=>{await i.post(u(`/api/v1/events/parked/${t.id}/replay`,{module:t.module})),p(e("server.event.replayed")),await this.reload()};this.dropEvent=async t=>{await o({title:e("server.drop"),body:e("server.event.drop.text",{name:t.name}),action:e("server.drop"),danger:!0,run:()=>i.delete(u(`/api/v1/events/parked/${t.id}`,{module:t.module}))})&&await this.reload()};this.rotate=async()=>{await o({title:e("server.rotate"),body:e("server.rotate.text"),action:e("server.rotate"),run:()=>i.post("/api/v1/signing-keys/rotate")})&&p(e("server.rotated"))}}static{this.properties={...v.properties,health:{state:!0}}}async load(){let[t,s]=await Promise.all([fetch("/health").then(n=>n.json()),i.get("/api/v1",{quiet:!0}),this.parkedJobs.start("/api/v1/jobs?state=parked&limit=50",{quiet:!0}),this.jobs.start("/api/v1/jobs?limit=100"),this.can("events.manage")?this.events.start("/api/v1/events/parked?limit=50",{quiet:!0}):void 0]);this.health=t,this.version=s.version,this.modules=s.modules}view(){if(!this.health)return r`<p class="loading">${e("loading")}</p>`;let t=this.parkedJobs.items.length+this.events.items.length;return r`
      <h1>${e("server.title")}</h1>
      <p class="lead">${e("server.version",{version:this.version,modules:this.modules.join(", ")})}</p>
      <section class="card">
        <h2>${e("server.health")}</h2>
        <ul class="checks">
          <li><span class="dot ${this.health.status}" aria-hidden="true"></span><strong>${e(`health.${this.health.status}`)}</strong></li>
          ${Object.entries(this.health.checks).map(([s,n])=>r`<li><span class="dot ${n.status}" aria-hidden="true"></span>${s}: ${e(`health.${n.status}`)}</li>`)}
        </ul>
      </section>
      <section>
        <h2>${e("server.hand")}</h2>
        ${t===0?r`<p class="good">${e("server.hand.none")}</p>`:a}
        ${this.parkedJobs.items.length?d(e("server.jobs.parked"),[...this.columns,{title:e("participant.actions"),cell:s=>r`<span class="row"><button type="button" class="quiet" @click=${()=>this.retry(s)}>${e("server.retry")}</button><button type="button" class="quiet bad" @click=${()=>this.drop(s)}>${e("server.drop")}</button></span>`}],this.parkedJobs.items):a}
        ${this.events.items.length?d(e("server.events"),[{title:e("server.event"),cell:s=>s.name},{title:e("server.module"),cell:s=>s.module},{title:e("server.since"),cell:s=>b(s.parkedAt)},{title:e("server.attempts"),end:!0,cell:s=>c(s.attempts)},{title:e("server.error"),wide:!0,cell:s=>s.error},{title:e("participant.actions"),cell:s=>r`<span class="row"><button type="button" class="quiet" @click=${()=>this.replay(s)}>${e("server.replay")}</button><button type="button" class="quiet bad" @click=${()=>this.dropEvent(s)}>${e("server.drop")}</button></span>`}],this.events.items):a}
      </section>
      <section>
        <h2>${e("server.jobs")}</h2>
        ${this.jobs.items.length?r`${d(e("server.jobs"),this.columns,this.jobs.items)}${this.jobs.button()}`:g(e("server.jobs.none"),e("server.jobs.none.text"))}
      </section>
      ${this.me.role==="administrator"?r`<section class="card"><h2>${e("server.keys")}</h2><p class="help">${e("server.keys.text")}</p><div class="actions"><button type="button" @click=${this.rotate}>${e("server.rotate")}</button></div></section>`:a}
    `}get columns(){return[{title:e("server.kind"),cell:t=>t.kind},{title:e("server.module"),cell:t=>t.module},{title:e("server.state"),cell:t=>r`<span class="tag ${t.state==="parked"?"bad":""}">${e(`job.${t.state}`)}</span>`},{title:e("server.due"),cell:t=>b(t.parkedAt??t.dueAt)},{title:e("server.attempts"),end:!0,cell:t=>c(t.attempts)},{title:e("server.error"),wide:!0,cell:t=>t.error??t.progress??a}]}};m("server",h);
