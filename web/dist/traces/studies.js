import{definePage as Se,html as nt,Page as Ee}from"./kit.js";import{api as xt,code as St,Form as Et,go as Pt,html as dt,nothing as Dt,Page as jt,t as l}from"./kit.js";var C=a=>`/api/v1/studies/${encodeURIComponent(a)}`,c=(a,n="")=>`/console/studies/${encodeURIComponent(a)}${n?`/${n}`:""}`;function j(a){let n=e=>e.values?.[0]??{string:"…",integer:1,number:.5,boolean:!0,timestamp:"2026-01-31T09:30:00Z",json:{}}[e.type];return{timestamp:new Date().toISOString(),name:"started",session:"s-1",sequence:1,data:Object.fromEntries(a.filter(e=>e.name).map(e=>[e.name,n(e)]))}}function M(a){return a==null?"":typeof a=="object"?JSON.stringify(a):String(a)}var Ft=["string","integer","number","boolean","timestamp","json"],Z=class extends jt{constructor(){super(...arguments);this.form=new Et(this);this.fields=[];this.slug="";this.slugIsOwn=!1;this.add=async()=>{this.fields.push({name:"",type:"string",required:!1,values:"",description:"",export:"keep"}),this.requestUpdate(),await this.updateComplete,this.querySelector(`[name="field-${this.fields.length-1}"]`)?.focus()};this.create=e=>this.form.submit(e,async t=>{let s=await xt.post("/api/v1/studies",{slug:t.slug,title:t.title,fields:this.definitions(),unknownFields:t.unknownFields,...t.retentionDays?{retentionDays:Number(t.retentionDays)}:{}},{idempotent:!0});Pt(c(s.slug))})}titled(e){this.slugIsOwn||(this.slug=e.normalize("NFD").toLowerCase().replace(/[^a-z0-9]+/g,"-").replace(/^-+|-+$/g,"").slice(0,63),this.requestUpdate())}definitions(){return this.fields.map(e=>{let t={name:e.name,type:e.type};e.required&&(t.required=!0),e.description&&(t.description=e.description),e.export!=="keep"&&(t.export=e.export);let s=e.values.split(",").map(r=>r.trim()).filter(r=>r!=="");return s.length>0&&(t.values=e.type==="integer"||e.type==="number"?s.map(r=>Number.isNaN(Number(r))?r:Number(r)):s),t})}view(){return dt`
      <p class="crumbs"><a href="/console/studies">${l("studies.title")}</a></p>
      <h1>${l("studies.create")}</h1>
      <form class="two" novalidate @submit=${this.create}>
        <div class="card">
          ${this.form.problemBox()}
          ${this.form.field({name:"title",label:l("study.title"),required:!0,placeholder:l("study.title.example"),input:e=>this.titled(e)})}
          ${this.form.field({name:"slug",label:l("study.slug"),help:l("study.slug.help"),required:!0,value:this.slug,input:e=>{this.slug=e,this.slugIsOwn=e!=="",this.requestUpdate()}})}
          <fieldset>
            <legend>${l("study.fields")}</legend>
            <p class="help">${l("study.fields.help")}</p>
            ${this.fields.map((e,t)=>this.row(e,t))}
            <button type="button" @click=${this.add}>${l("study.fields.add")}</button>
          </fieldset>
          ${this.form.field({name:"unknownFields",label:l("study.unknown"),type:"select",value:"keep",options:[["keep",l("study.unknown.keep")],["refuse",l("study.unknown.refuse")]]})}
          ${this.form.field({name:"retentionDays",label:l("study.retention"),type:"number",help:l("study.retention.help")})}
          <div class="actions">
            <a class="button quiet" href="/console/studies">${l("cancel")}</a>
            <button type="submit" class="primary" ?disabled=${this.form.busy}>${l("studies.create.action")}</button>
          </div>
        </div>
        <aside>
          <h2>${l("study.preview")}</h2>
          <p class="help">${l("study.preview.help")}</p>
          ${St(JSON.stringify(j(this.definitions()),null,2),l("study.preview.trace"))}
        </aside>
      </form>
    `}row(e,t){let s=i=>p=>{e[i]=i==="required"?p==="true":p,this.requestUpdate()},r=e.type==="string"||e.type==="integer"||e.type==="number";return dt`<div class="field-row" role="group" aria-label=${l("study.field.n",{number:t+1})}>
      ${this.form.field({name:`field-${t}`,pointer:`/fields/${t}/name`,label:l("study.field.name"),value:e.name,required:!0,input:s("name")})}
      ${this.form.field({name:`type-${t}`,pointer:`/fields/${t}/type`,label:l("study.field.type"),type:"select",value:e.type,options:Ft.map(i=>[i,l(`type.${i}`)]),input:s("type")})}
      ${r?this.form.field({name:`values-${t}`,pointer:`/fields/${t}/values`,label:l("study.field.values"),value:e.values,placeholder:l("study.field.values.example"),input:s("values")}):Dt}
      ${this.form.field({name:`description-${t}`,pointer:`/fields/${t}/description`,label:l("study.field.description"),value:e.description,input:s("description")})}
      ${this.form.field({name:`export-${t}`,pointer:`/fields/${t}/export`,label:l("study.field.export"),type:"select",value:e.export,options:[["keep",l("export.keep")],...e.type==="string"?[["mask",l("export.mask")]]:[],["leave-out",l("export.leave-out")]],input:s("export")})}
      ${this.form.field({name:`required-${t}`,pointer:`/fields/${t}/required`,label:l("study.field.required"),type:"checkbox",value:e.required,input:s("required")})}
      <button type="button" class="quiet remove" @click=${()=>{this.fields.splice(t,1),this.form.clear(),this.requestUpdate()}}>${l("remove")}</button>
    </div>`}};customElements.define("study-create",Z);import{empty as Rt,html as k,number as Tt,Page as Ot,Paged as Nt,query as At,t as g,table as Ct,time as Mt}from"./kit.js";var z=class extends Ot{constructor(){super(...arguments);this.studies=new Nt(this)}async load(){await this.studies.start(At("/api/v1/studies",{limit:100}))}view(){let e=this.can("studies.create")?k`<a class="button primary" href="/console/studies?do=create">${g("studies.create")}</a>`:k``;return k`
      <div class="head"><h1>${g("studies.title")}</h1>${this.studies.items.length?e:k``}</div>
      ${this.loading&&!this.studies.items.length?k`<p class="loading">${g("loading")}</p>`:this.studies.items.length===0?Rt(g("studies.none"),this.can("studies.create")?g("studies.none.create"):g("studies.none.ask"),e):k`${Ct(g("studies.title"),[{title:g("study.name"),wide:!0,cell:t=>k`<a href=${c(t.slug)}>${t.title}</a><small>${t.slug}</small>`},{title:g("study.fields"),end:!0,cell:t=>Tt(t.fields.length)},{title:g("study.rights"),cell:t=>t.rights.map(s=>k`<span class="tag">${g(`right.${s}`)}</span> `)},{title:g("study.created"),cell:t=>Mt(t.createdAt,"day")}],this.studies.items)}${this.studies.button()}`}
    `}};customElements.define("study-list",z);import{api as xe,html as b,nothing as wt,Page as qt,t as A}from"./kit.js";import{code as U,Form as Ut,html as W,nothing as pt,query as Bt,renew as It,send as Jt,t as y,zone as Lt}from"./kit.js";import{Page as ut}from"./kit.js";var m=class extends ut{static{this.properties={...ut.properties,study:{attribute:!1}}}get address(){return C(this.study.slug)}has(n){return this.study.rights.includes(n)}};var ct=6,V=class extends m{constructor(){super();this.form=new Ut(this);this.set=e=>t=>{this.values={...this.values,[e]:t},this.reload()};this.download=async e=>{e.preventDefault(),await It();let t=document.createElement("a");t.href=this.target,t.download="",t.click()};this.values={for:"analysis",format:"csv"}}static{this.properties={...m.properties,preview:{state:!0},values:{state:!0}}}get parameters(){let{format:e,name:t,identities:s,corrected:r}=this.values,i=this.values.for==="sheet";return{format:e==="ndjson"?"ndjson":void 0,name:t,identities:s==="true"?!0:void 0,corrected:r==="true"?!0:void 0,...e==="ndjson"?{}:i?{bom:!0}:{formulas:"keep",timeZone:Lt()}}}get target(){return Bt(`${this.address}/traces/export`,this.parameters)}async load(){this.asked?.abort();let e=this.asked=new AbortController;this.preview=void 0;let s=(await Jt("GET",this.target,void 0,{signal:e.signal,headers:{Accept:"*/*"}})).body.pipeThrough(new TextDecoderStream).getReader(),r="";for(;;){let{done:i,value:p}=await s.read();if(r+=p??"",i||r.split(`
`).length>ct)break}e.abort(),this.asked===e&&(this.preview=r.split(/\r?\n/).slice(0,ct).join(`
`))}view(){let e=this.values.format!=="ndjson",t=`${this.study.slug}_traces.${e?"csv":"ndjson"}`;return W`<div class="two">
      <form class="card" novalidate @submit=${this.download}>
        <h2>${y("part.export")}</h2>
        ${this.form.field({name:"format",label:y("export.format"),type:"select",value:this.values.format,options:[["csv","CSV"],["ndjson","NDJSON"]],input:this.set("format")})}
        ${e?this.form.field({name:"for",label:y("export.for"),type:"select",value:this.values.for,options:[["analysis",y("export.for.analysis")],["sheet",y("export.for.sheet")]],input:this.set("for")}):pt}
        ${this.form.field({name:"name",label:y("trace.name"),help:y("export.name.help"),value:this.values.name,input:this.set("name")})}
        ${this.form.field({name:"corrected",label:y("export.corrected"),type:"checkbox",value:this.values.corrected==="true",help:y("export.corrected.help"),input:this.set("corrected")})}
        ${this.has("identities")?this.form.field({name:"identities",label:y("export.identities"),type:"checkbox",value:this.values.identities==="true",help:y("export.identities.help"),input:this.set("identities")}):pt}
        <div class="actions"><button type="submit" class="primary">${y("export.action")}</button></div>
      </form>
      <div class="stack">
        <section><h2>${y("export.preview")}</h2><div class="code"><pre class="nowrap" tabindex="0">${this.preview??y("loading")}</pre></div></section>
        ${e?W`${U(`traces <- read.csv("${t}", na.strings = "", fileEncoding = "UTF-8")`,"R")}
            ${U(`import pandas as pd
traces = pd.read_csv("${t}", keep_default_na=False, na_values=[""])`,"pandas")}`:W`${U(`traces <- jsonlite::stream_in(file("${t}"))`,"R")}
            ${U(`import pandas as pd
traces = pd.read_json("${t}", lines=True)`,"pandas")}`}
      </div>
    </div>`}};customElements.define("study-export",V);import{empty as Ht,Form as _t,go as Zt,html as F,nothing as zt,query as G,readEvents as Wt,repeat as Vt,t as q,time as Gt}from"./kit.js";var Y=200,K=class extends m{constructor(){super();this.form=new _t(this);this.count=0;this.toggle=()=>{this.paused&&(this.traces=[...this.held,...this.traces].slice(0,Y),this.held=[]),this.paused=!this.paused};this.filter=e=>this.form.submit(e,async t=>Zt(G(c(this.study.slug,"live"),t)));this.traces=[],this.held=[],this.paused=!1,this.state="connecting"}static{this.properties={...m.properties,traces:{state:!0},state:{state:!0},paused:{state:!0},held:{state:!0}}}load(){this.reading?.abort();let e=this.reading=new AbortController;this.traces=[],this.held=[];let t=Object.fromEntries([...this.query].filter(([s])=>s==="name"||s==="participant"));Wt(G(`${this.address}/traces/live`,t),e.signal,s=>{this.count++;let r=JSON.parse(s.data);this.paused?this.held=[r,...this.held].slice(0,Y):this.traces=[r,...this.traces].slice(0,Y)},s=>this.state=s)}disconnectedCallback(){super.disconnectedCallback(),this.reading?.abort()}view(){return F`
      <form class="filters" novalidate @submit=${this.filter}>
        ${this.form.field({name:"name",label:q("trace.name"),value:this.query.get("name")})}
        ${this.form.field({name:"participant",label:q("trace.participant"),value:this.query.get("participant")})}
        <button type="submit">${q("filter")}</button>
        <button type="button" class=${this.paused?"primary":""} aria-pressed=${this.paused?"true":"false"} @click=${this.toggle}>
          ${this.paused?this.held.length?q("live.continue.held",{n:this.held.length}):q("live.continue"):q("live.pause")}
        </button>
      </form>
      <p class="state" role="status"><span class="dot ${this.state}" aria-hidden="true"></span>${q(`live.${this.paused?"paused":this.state}`)}</p>
      ${this.traces.length===0?Ht(q("live.none"),q("live.none.text")):F`<ol class="live">
            ${Vt(this.traces,e=>e.id,e=>F`<li>
              ${Gt(e.timestamp,"clock")}
              <strong>${e.name}</strong>
              ${e.participant?F`<a href=${G(c(this.study.slug,"live"),{participant:e.participant})}>${e.participant}</a>`:zt}
              <span class="data">${Object.entries(e.data).map(([t,s])=>F`<span><b>${t}</b> ${M(s)}</span> `)}</span>
            </li>`)}
          </ol>`}
    `}};customElements.define("study-live",K);import{api as B,ask as Yt,empty as Kt,Form as Xt,html as $,nothing as R,number as I,openDialog as Qt,Paged as te,query as J,renew as ee,t as o,table as se,time as ie,toast as ae}from"./kit.js";var X=class extends m{constructor(){super();this.participants=new te(this);this.progress=new Map;this.form=new Xt(this);this.provision=e=>{let t=e.target;return this.form.submit(e,async s=>{let{items:r}=await B.post(`${this.address}/participants`,{count:Number(s.count)},{idempotent:!0});this.cards=r,t.reset(),await this.reload(),this.querySelector(".cards")?.focus()})};this.erase=async e=>{let t=[["anonymise",o("erase.anonymise")],["destroy",o("erase.destroy")]],s=(v,x)=>J(`${this.address}/participants/${e.pseudonym}`,{then:v,dryRun:x}),r=await B.delete(s("anonymise",!0),{quiet:!0}),i=await Qt(o("erase.title",{who:e.pseudonym}),v=>$`
      <div class="dialog-body"><p>${o("erase.counts",{traces:r.traces,quarantined:r.quarantined})}</p></div>
      <div class="choices">${t.map(([x,D])=>$`<button type="button" @click=${()=>v(x)}><strong>${D}</strong><span>${o(`erase.${x}.text`)}</span></button>`)}</div>
      <div class="actions"><button type="button" class="quiet" @click=${()=>v()}>${o("cancel")}</button></div>
    `);if(!i)return;await Yt({title:o(`erase.${i}`),body:o("erase.sure",{who:e.pseudonym,traces:r.traces,quarantined:r.quarantined}),action:o("erase.action"),danger:!0,run:()=>B.delete(s(i,!1))})&&(ae(o("erase.done")),await this.reload())};this.download=async e=>{await ee();let t=document.createElement("a");t.href=J(`${this.address}/traces/export`,{participant:e.pseudonym}),t.download="",t.click()};this.cards=[]}static{this.properties={...m.properties,cards:{state:!0}}}async load(){await Promise.all([this.participants.start(J(`${this.address}/participants`,{limit:100})),this.has("read")?this.loadProgress():void 0])}async loadProgress(){let{byParticipant:e}=await B.get(`${this.address}/summary`,{quiet:!0});this.progress=new Map(e.map(t=>[t.participant,t]))}view(){let e=this.has("manage")&&this.can("studies.create");return $`
      ${e?$`<form class="filters card" novalidate @submit=${this.provision}>
            ${this.form.problemBox()}
            ${this.form.field({name:"count",label:o("participants.count"),type:"number",value:10,required:!0,help:o("participants.count.help")})}
            <button type="submit" class="primary" ?disabled=${this.form.busy}>${o("participants.provision")}</button>
          </form>`:R}
      ${this.cards.length?$`<section class="cards" tabindex="-1" aria-label=${o("cards.title")}>
            <div class="head"><h2>${o("cards.title")}</h2><button type="button" class="primary" @click=${()=>print()}>${o("cards.print")}</button></div>
            <p class="note">${o("cards.once")}</p>
            <div class="sheet">${this.cards.map(t=>$`<article>
              <p class="for">${this.study.title} · ${I(t.number)}</p>
              <dl><dt>${o("login.username")}</dt><dd>${t.username}</dd><dt>${o("login.password")}</dt><dd>${t.password}</dd></dl>
            </article>`)}</div>
          </section>`:R}
      ${this.loading&&!this.participants.items.length?$`<p class="loading">${o("loading")}</p>`:this.participants.items.length===0?Kt(o("participants.none"),e?o("participants.none.text"):o("participants.none.ask")):$`${se(o("part.participants"),[...this.participants.items[0].number===void 0?[]:[{title:o("participant.number"),end:!0,cell:t=>I(t.number)}],{title:o("participant.pseudonym"),cell:t=>$`<a href=${J(c(this.study.slug,"traces"),{participant:t.pseudonym})}>${t.pseudonym}</a>`},...this.has("identities")?[{title:o("login.username"),cell:t=>t.username??R}]:[],{title:o("summary.traces"),end:!0,cell:t=>I(this.progress.get(t.pseudonym)?.traces??0)},{title:o("summary.sessions"),end:!0,cell:t=>I(this.progress.get(t.pseudonym)?.sessions??0)},{title:o("summary.last"),cell:t=>ie(this.progress.get(t.pseudonym)?.last)},{title:o("participant.actions"),cell:t=>$`<span class="row">
                ${this.has("read")?$`<button type="button" class="quiet" @click=${()=>this.download(t)} aria-label=${o("participant.export.one",{who:t.pseudonym})}>${o("participant.export")}</button>`:R}
                ${e?$`<button type="button" class="quiet bad" @click=${()=>this.erase(t)} aria-label=${o("erase.title",{who:t.pseudonym})}>${o("erase.action")}</button>`:R}
              </span>`}],this.participants.items)}${this.participants.button()}`}
    `}};customElements.define("study-participants",X);import{api as E,ask as Q,empty as re,html as f,nothing as T,number as ne,Paged as oe,Problem as le,query as O,send as de,t as d,time as ht,toast as yt}from"./kit.js";function mt(a,n){let e=n.split("/").slice(1).map(p=>p.replaceAll("~1","/").replaceAll("~0","~")),t=0,s=()=>{for(;/\s/.test(a[t]??"");)t++},r=()=>{let p=t++;for(;t<a.length&&a[t]!=='"';)t+=a[t]==="\\"?2:1;t++;try{return JSON.parse(a.slice(p,t))}catch{return""}},i=p=>{s();let v=t,x;if(a[t]==='"')r();else if(a[t]==="{"||a[t]==="["){let D=a[t]==="{"?"}":"]";t++;for(let lt=0;s(),!(t>=a.length||a[t]===D);lt++){let _=String(lt);if(D==="}"){if(a[t]!=='"')throw new SyntaxError;if(_=r(),s(),a[t]!==":")throw new SyntaxError;t++}let kt=i(p[0]===_?p.slice(1):[]);if(p.length>0&&p[0]===_&&(x=kt),s(),a[t]===",")t++;else if(a[t]!==D)throw new SyntaxError}t++}else{for(;t<a.length&&!/[\s,}\]]/.test(a[t]);)t++;if(t===v)throw new SyntaxError}return x??[v,t]};try{return i(e)}catch{return[Math.min(t,a.length),Math.min(t+1,a.length)]}}var tt=class extends m{constructor(){super(...arguments);this.reasons=[];this.traces=new oe(this);this.putBack=async e=>{let t=p=>O(`${this.address}/quarantine/put-back`,{reason:e,dryRun:p}),s=await E.post(t(!0),void 0,{quiet:!0});if(s.putBack+s.duplicates===0){await Q({title:d("quarantine.putback"),body:d("quarantine.putback.none",{n:s.kept}),action:d("ok"),run:async()=>{}});return}let r=s;await Q({title:d("quarantine.putback"),body:d("quarantine.putback.text",{putBack:s.putBack,kept:s.kept}),action:d("quarantine.putback.action"),run:async()=>r=await E.post(t(!1))})&&(yt(d("quarantine.putback.done",{n:r.putBack})),await this.reload())};this.dismiss=async e=>{let t=i=>O(`${this.address}/quarantine/dismiss`,{reason:e,dryRun:i}),{dismissed:s}=await E.post(t(!0),void 0,{quiet:!0});await Q({title:d("quarantine.dismiss"),body:d("quarantine.dismiss.text",{n:s}),action:d("quarantine.dismiss.action"),danger:!0,run:()=>E.post(t(!1))})&&await this.reload()};this.edit=async e=>{let t=e.masked&&this.has("identities")?await E.get(`${this.address}/quarantine/${e.id}?identities=true`,{quiet:!0}):e;this.editing=t,this.errors=t.errors,this.said="",this.text=this.pretty(t.text??""),await this.updateComplete,this.show(t.errors[0])};this.mend=async()=>{let{editing:e}=this;if(e)try{await de("PUT",`${this.address}/quarantine/${e.id}`,this.text),yt(d("quarantine.mended")),await this.reload()}catch(t){if(!(t instanceof le))throw t;this.errors=t.errors,this.said=t.detail,await this.updateComplete,this.show(t.errors[0])}}}static{this.properties={...m.properties,editing:{state:!0},text:{state:!0},errors:{state:!0},said:{state:!0}}}async load(){this.editing=void 0;let e=this.query.get("reason"),[t]=await Promise.all([E.get(O(`${this.address}/quarantine/reasons`,{limit:100}),{quiet:e!==null}),e===null?void 0:this.traces.start(O(`${this.address}/quarantine`,{reason:e,limit:50}))]);this.reasons=t.items}whyNot(e){return e.masked?d("quarantine.masked"):e.text===void 0||new TextEncoder().encode(e.text).length<e.length?d("quarantine.cut"):void 0}pretty(e){try{return JSON.stringify(JSON.parse(e),null,2)}catch{return e}}show(e){let t=this.querySelector("textarea");if(!t)return;t.focus();let s=e?mt(this.text,e.pointer):void 0;if(s){t.setSelectionRange(s[0],s[1]);let r=this.text.slice(0,s[0]).split(`
`).length;t.scrollTop=Math.max(0,(r-4)*20)}}view(){let e=this.query.get("reason");return this.loading&&!this.reasons.length?f`<p class="loading">${d("loading")}</p>`:this.reasons.length===0?re(d("quarantine.none"),d("quarantine.none.text")):f`
      <div class="head">
        <p class="lead">${d("quarantine.lead")}</p>
        <button type="button" @click=${()=>this.putBack()}>${d("quarantine.putback.all")}</button>
      </div>
      <ul class="reasons">
        ${this.reasons.map(t=>f`<li class=${t.reason===e?"card current":"card"}>
          <div class="grow">
            <a href=${O(c(this.study.slug,"quarantine"),{reason:t.reason})} aria-current=${t.reason===e?"true":T}>
              ${t.errors.map(s=>f`<span class="fault"><code>${s.pointer||"/"}</code> ${s.detail}</span>`)}
            </a>
            <p class="help">${d("quarantine.count",{n:t.count})} · ${ht(t.lastReceivedAt)}</p>
          </div>
          <span class="row">
            <button type="button" class="quiet" @click=${()=>this.putBack(t.reason)}>${d("quarantine.putback")}</button>
            <button type="button" class="quiet bad" @click=${()=>this.dismiss(t.reason)}>${d("quarantine.dismiss")}</button>
          </span>
        </li>`)}
      </ul>
      ${e?this.list():T}
    `}list(){return f`<div class="two">
      <section>
        <h2>${d("quarantine.traces")}</h2>
        <ul class="rejected">
          ${this.traces.items.map(e=>f`<li>
            <button type="button" aria-pressed=${this.editing?.id===e.id?"true":"false"} @click=${()=>this.edit(e)}>
              <span>${ht(e.receivedAt)}${e.times>1?f` · ${d("quarantine.times",{n:e.times})}`:T}${e.participant===void 0?T:f` · ${d("participant.number")} ${ne(e.participant)}`}</span>
              <code>${(e.text??d("quarantine.nottext")).slice(0,160)}</code>
            </button>
          </li>`)}
        </ul>
        ${this.traces.button()}
      </section>
      <section>
        ${this.editing?f`<h2>${d("quarantine.editor")}</h2>
            ${this.said?f`<p class="problem" role="alert">${this.said}</p>`:T}
            <ul class="faults" id="faults">
              ${this.errors.map(e=>f`<li><button type="button" class="quiet bad" @click=${()=>this.show(e)}><code>${e.pointer||"/"}</code> ${e.detail}</button></li>`)}
            </ul>
            <label class="unseen" for="mend">${d("quarantine.editor")}</label>
            <textarea id="mend" class="editor" spellcheck="false" rows="16" aria-describedby="faults" .value=${this.text}
              @input=${e=>this.text=e.target.value}></textarea>
            ${this.whyNot(this.editing)?f`<p class="note">${this.whyNot(this.editing)}</p>`:f`<div class="actions"><button type="button" class="primary" @click=${this.mend}>${d("quarantine.mend")}</button></div>`}`:f`<p class="help">${d("quarantine.choose")}</p>`}
      </section>
    </div>`}};customElements.define("study-quarantine",tt);import{api as et,createRef as ue,curl as pe,duration as ce,empty as me,html as w,locale as he,nothing as P,number as L,Problem as ft,query as H,ref as ye,t as u,time as gt,toast as $t,zone as fe}from"./kit.js";var st=class extends m{constructor(){super(...arguments);this.plot=ue()}async load(){try{this.summary=await et.get(H(`${this.address}/summary`,{timeZone:fe()}))}catch(e){if(!(e instanceof ft)||e.status!==400)throw e;this.summary=await et.get(`${this.address}/summary`)}}disconnectedCallback(){super.disconnectedCallback(),this.stop?.()}view(){let e=this.summary;return e?e.traces===0?this.first():w`
      <dl class="tiles">
        ${this.tile(u("summary.traces"),L(e.traces))}
        ${this.tile(u("summary.participants"),L(e.participants))}
        ${this.tile(u("summary.sessions"),L(e.sessions),e.rates.sessionSeconds?u("summary.session.length",{length:ce(e.rates.sessionSeconds)}):P)}
        ${this.tile(u("summary.last"),gt(e.last),w`${u("summary.first")} ${gt(e.first,"day")}`)}
      </dl>
      ${e.complete?P:w`<p class="note">${u("summary.incomplete")}</p>`}
      <section class="card">
        <div class="head"><h2>${u("summary.days")}</h2><span class="help">${e.timeZone}</span></div>
        <div class="plot" role="img" aria-label=${u("summary.days.label",{n:e.days.length})} ${ye(this.plot)}></div>
      </section>
      <div class="grid">
        <section class="card">
          <h2>${u("summary.names")}</h2>
          ${this.bars(e.names.slice(0,12).map(t=>({label:t.name,value:t.traces,href:H(c(this.study.slug,"traces"),{name:t.name})})))}
        </section>
        <section class="card">
          <h2>${u("summary.byparticipant")}</h2>
          ${this.bars(e.byParticipant.slice(0,12).map(t=>({label:t.participant,value:t.traces,href:H(c(this.study.slug,"traces"),{participant:t.participant})})))}
        </section>
        ${e.fields.filter(t=>t.values.length>0).map(t=>w`<section class="card">
          <h2>${t.name}</h2>
          ${this.bars(t.values.slice(0,12).map(s=>({label:String(s.value),value:s.traces,href:H(c(this.study.slug,"traces"),{[`data.${t.name}`]:String(s.value)})})))}
        </section>`)}
      </div>
    `:w`<p class="loading">${u("loading")}</p>`}tile(e,t,s=P){return w`<div class="tile"><dt>${e}</dt><dd>${t}</dd>${s===P?P:w`<dd class="help">${s}</dd>`}</div>`}bars(e){let t=Math.max(...e.map(s=>s.value),1);return w`<ul class="bars">
      ${e.map(s=>w`<li>
        <a href=${s.href}>${s.label===""?"∅":s.label}</a><span class="count">${L(s.value)}</span>
        <progress class="track" aria-hidden="true" max=${t} value=${s.value}></progress>
      </li>`)}
    </ul>`}first(){let e=JSON.stringify(j(this.study.fields)),t=pe({method:"POST",path:`${this.address}/traces`,body:e,type:"application/json"},this.me.username),s=async()=>{try{await et.post(`${this.address}/traces`,j(this.study.fields),{idempotent:!0}),$t(u("first.sent")),await this.reload()}catch(r){$t(r instanceof ft?r.detail:String(r))}};return me(u("first.title"),u("first.text"),w`<ol class="steps">
        <li><h3>${u("first.participants")}</h3><p>${u("first.participants.text")}</p><a class="button primary" href=${c(this.study.slug,"participants")}>${u("first.participants.action")}</a></li>
        <li><h3>${u("first.game")}</h3><p>${u("first.game.text")}</p><div class="code"><pre tabindex="0">${t.replace(` -u '${this.me.username}'`," -u PLAYER:PASSWORD").replace(" -H ",` \\
  -H `).replace(" -d ",` \\
  -d `)}</pre></div></li>
        <li><h3>${u("first.live")}</h3><p>${u("first.live.text")}</p><a class="button" href=${c(this.study.slug,"live")}>${u("part.live")}</a>
        ${this.study.number===void 0?P:w`<button type="button" @click=${s}>${u("first.send")}</button>`}</li>
      </ol>`)}updated(){let e=this.plot.value;if(!e||!this.summary||this.drawn===this.summary)return;this.drawn=this.summary;let{days:t}=this.summary;import("./charts.js").then(({barsOverTime:s})=>{this.stop?.(),this.stop=s(e,t.map(r=>Date.parse(`${r.day}T00:00:00Z`)/1e3),{label:u("summary.traces"),values:t.map(r=>r.traces)},he,!0)})}};customElements.define("study-summary",st);import{empty as ge,Form as $e,go as be,html as S,nothing as N,Paged as ve,query as it,t as h,table as we,time as qe}from"./kit.js";var ke=["name","participant","session"],bt=a=>{if(!a||Number.isNaN(Date.parse(a)))return"";let n=new Date(a);return new Date(n.getTime()-n.getTimezoneOffset()*6e4).toISOString().slice(0,19)},vt=a=>a?new Date(a).toISOString():"",at=class extends m{constructor(){super(...arguments);this.traces=new ve(this);this.form=new $e(this);this.apply=e=>this.form.submit(e,async t=>{let{field:s,value:r,from:i,to:p,...v}=t;be(it(c(this.study.slug,"traces"),{...v,from:vt(i),to:vt(p),...s&&r?{[`data.${s}`]:r}:{}}))})}get filters(){return Object.fromEntries([...this.query].filter(([e])=>["name","participant","session","from","to"].includes(e)||e.startsWith("data.")))}async load(){await this.traces.start(it(`${this.address}/traces`,{...this.filters,limit:100}))}view(){let e=this.study.fields.filter(i=>i.type!=="json"),[t]=[...this.query].filter(([i])=>i.startsWith("data.")),s=this.study.fields.slice(0,6),r=new Set(s.map(i=>i.name));return S`
      <form class="filters" novalidate @submit=${this.apply}>
        ${this.form.problemBox()}
        ${ke.map(i=>this.form.field({name:i,pointer:`?${i}`,label:h(`trace.${i}`),value:this.query.get(i)}))}
        ${this.form.field({name:"from",pointer:"?from",label:h("trace.from"),type:"datetime-local",value:bt(this.query.get("from"))})}
        ${this.form.field({name:"to",pointer:"?to",label:h("trace.to"),type:"datetime-local",value:bt(this.query.get("to"))})}
        ${e.length?S`${this.form.field({name:"field",label:h("trace.field"),type:"select",value:t?.[0].slice(5)??"",options:[["","–"],...e.map(i=>[i.name,i.name])]})}
              ${this.form.field({name:"value",label:h("trace.value"),value:t?.[1]??""})}`:N}
        <button type="submit" class="primary">${h("filter")}</button>
        ${Object.keys(this.filters).length?S`<a class="button quiet" href=${c(this.study.slug,"traces")}>${h("filter.clear")}</a>`:N}
      </form>
      ${this.loading&&!this.traces.items.length?S`<p class="loading">${h("loading")}</p>`:this.traces.items.length===0&&!this.traces.next?ge(h("traces.none"),Object.keys(this.filters).length?h("traces.none.filter"):h("traces.none.text")):S`<p class="help">${h("traces.order")}</p>
          ${we(h("part.traces"),[{title:h("trace.time"),cell:i=>qe(i.timestamp)},{title:h("trace.name"),cell:i=>i.name},{title:h("trace.participant"),cell:i=>i.participant?S`<a href=${it(c(this.study.slug,"traces"),{participant:i.participant})}>${i.participant}</a>`:N},{title:h("trace.session"),cell:i=>i.session??N},...s.map(i=>({title:i.name,end:i.type==="integer"||i.type==="number",cell:p=>M(p.data[i.name])})),{title:h("trace.rest"),cell:i=>{let p=Object.entries(i.data).filter(([v])=>!r.has(v));return p.length?S`<code class="rest">${JSON.stringify(Object.fromEntries(p))}</code>`:N}}],this.traces.items)}${this.traces.button()}`}
    `}};customElements.define("study-traces",at);var rt=class extends qt{static{this.properties={...qt.properties,study:{state:!0}}}async load(){let[n]=this.path;this.study?.slug!==n&&(this.study=await xe.get(C(n),{quiet:!0}))}get parts(){let n=this.study.rights;return[...n.includes("read")?["summary","live","traces","export"]:[],...n.some(e=>e==="read"||e==="manage"||e==="identities")?["participants"]:[],...n.includes("manage")?["quarantine"]:[]]}view(){let n=this.study;if(!n||n.slug!==this.path[0])return b`<p class="loading">${A("loading")}</p>`;let e=this.path[1]??this.parts[0];return b`
      <p class="crumbs"><a href="/console/studies">${A("studies.title")}</a></p>
      <h1>${n.title}</h1>
      ${this.parts.length?b`<nav class="tabs" aria-label=${n.title}>
            ${this.parts.map(t=>b`<a href=${c(n.slug,t)} aria-current=${t===e?"page":wt}>${A(`part.${t}`)}</a>`)}
          </nav>`:b`<p class="lead">${A("study.norights")}</p>`}
      ${this.show(e)}
    `}show(n){switch(n){case"summary":return b`<study-summary .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-summary>`;case"live":return b`<study-live .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-live>`;case"traces":return b`<study-traces .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-traces>`;case"export":return b`<study-export .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-export>`;case"participants":return b`<study-participants .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-participants>`;case"quarantine":return b`<study-quarantine .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-quarantine>`;case void 0:return wt;default:return b`<div class="empty"><h2>${A("problem.notfound")}</h2></div>`}}};customElements.define("study-page",rt);var ot=class extends Ee{render(){let[n]=this.path;return n!==void 0?nt`<study-page .path=${this.path} .query=${this.query} .me=${this.me}></study-page>`:this.query.get("do")==="create"?nt`<study-create .path=${this.path} .query=${this.query} .me=${this.me}></study-create>`:nt`<study-list .path=${this.path} .query=${this.query} .me=${this.me}></study-list>`}view(){}};Se("studies",ot);
