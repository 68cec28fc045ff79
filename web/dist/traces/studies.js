import{definePage as bi,html as Qe,Page as vi}from"./kit.js";import{api as Zt,code as _t,Form as Gt,go as Jt,html as Wt,Page as Qt,t as S}from"./kit.js";import{html as de,nothing as ce,t as v}from"./kit.js";var zt=["string","integer","number","boolean","timestamp","json"],Bt=a=>a.some(n=>/^\s*\[|,|^\s|\s$/.test(String(n)))?JSON.stringify(a):a.join(", ");function It(a){if(a.values.trim().startsWith("["))try{return JSON.parse(a.values)}catch{}let n=a.values.split(",").map(e=>e.trim()).filter(e=>e!=="");return a.type==="string"?n:n.map(e=>Number.isNaN(Number(e))?e:Number(e))}var Z=class{constructor(n,e,t=[]){this.host=n;this.form=e;this.add=async()=>{this.drafts.push({name:"",type:"string",required:!1,values:"",maxLength:"",unit:"",description:"",export:"keep"}),this.host.requestUpdate(),await this.host.updateComplete,this.host.querySelector(`[name="field-${this.drafts.length-1}"]`)?.focus()};this.drafts=t.map(s=>({kept:s,name:s.name,type:s.type,required:s.required??!1,values:Bt(s.values??[]),maxLength:String(s.maxLength??""),unit:s.unit??"",description:s.description??"",export:s.export??"keep"}))}definitions(){return this.drafts.map(n=>{let e={name:n.name,type:n.type},t=n.type==="integer"||n.type==="number",s=n.type==="string"||t?It(n):[];return n.required&&(e.required=!0),n.type==="string"&&n.maxLength&&(e.maxLength=Number(n.maxLength)),s.length>0&&(e.values=s),n.description&&(e.description=n.description),t&&n.unit&&(e.unit=n.unit),n.export!=="keep"&&(e.export=n.export),e})}view(){return de`<fieldset>
      <legend>${v("study.fields")}</legend>
      <p class="help">${this.drafts.some(n=>n.kept)?v("study.fields.change"):v("study.fields.help")}</p>
      ${this.drafts.map((n,e)=>this.row(n,e))}
      <button type="button" @click=${this.add}>${v("study.fields.add")}</button>
    </fieldset>`}row(n,e){let t=o=>d=>{n[o]=o==="required"?d==="true":d,this.host.requestUpdate()},{kept:s}=n,r=n.type==="integer"||n.type==="number",i=s?s.type==="integer"?["integer","number"]:[s.type]:zt,l=`/fields/${e}`;return de`<div class="field-row" role="group" aria-label=${s?s.name:v("study.field.n",{number:e+1})}>
      ${s?de`<p class="field name"><code>${s.name}</code></p>`:this.form.field({name:`field-${e}`,pointer:`${l}/name`,label:v("study.field.name"),value:n.name,required:!0,input:t("name")})}
      ${this.form.field({name:`type-${e}`,pointer:`${l}/type`,label:v("study.field.type"),type:"select",value:n.type,options:i.map(o=>[o,v(`type.${o}`)]),input:t("type")})}
      ${n.type==="string"||r?this.form.field({name:`values-${e}`,pointer:`${l}/values`,label:v("study.field.values"),value:n.values,placeholder:v("study.field.values.example"),input:t("values")}):ce}
      ${n.type==="string"?this.form.field({name:`length-${e}`,pointer:`${l}/maxLength`,label:v("study.field.length"),type:"number",value:n.maxLength,input:t("maxLength")}):ce}
      ${r?this.form.field({name:`unit-${e}`,pointer:`${l}/unit`,label:v("study.field.unit"),value:n.unit,placeholder:v("study.field.unit.example"),input:t("unit")}):ce}
      ${this.form.field({name:`description-${e}`,pointer:`${l}/description`,label:v("study.field.description"),value:n.description,input:t("description")})}
      ${this.form.field({name:`export-${e}`,pointer:`${l}/export`,label:v("study.field.export"),type:"select",value:n.export,options:[["keep",v("export.keep")],...n.type==="string"?[["mask",v("export.mask")]]:[],["leave-out",v("export.leave-out")]],input:t("export")})}
      ${this.form.field({name:`required-${e}`,pointer:`${l}/required`,label:v("study.field.required"),type:"checkbox",value:n.required,input:t("required")})}
      ${s?ce:de`<button type="button" class="quiet remove" @click=${()=>{this.drafts.splice(e,1),this.form.clear(),this.host.requestUpdate()}}>${v("remove")}</button>`}
    </div>`}};var ue=a=>`/api/v1/studies/${encodeURIComponent(a)}`,p=(a,n="")=>`/console/studies/${encodeURIComponent(a)}${n?`/${n}`:""}`;function X(a){let n=e=>e.values?.[0]??{string:"…",integer:1,number:.5,boolean:!0,timestamp:"2026-01-31T09:30:00Z",json:{}}[e.type];return{timestamp:new Date().toISOString(),name:"started",session:"s-1",sequence:1,data:Object.fromEntries(a.filter(e=>e.name).map(e=>[e.name,n(e)]))}}function j(a){return a==null?"":typeof a=="object"?JSON.stringify(a):String(a)}var ve=class extends Qt{constructor(){super(...arguments);this.form=new Gt(this);this.fields=new Z(this,this.form);this.slug="";this.slugIsOwn=!1;this.create=e=>this.form.submit(e,async t=>{let s=await Zt.post("/api/v1/studies",{slug:t.slug,title:t.title,fields:this.fields.definitions(),unknownFields:t.unknownFields,...t.retentionDays?{retentionDays:Number(t.retentionDays)}:{}},{idempotent:!0});Jt(p(s.slug))})}titled(e){this.slugIsOwn||(this.slug=e.normalize("NFD").toLowerCase().replace(/[^a-z0-9]+/g,"-").replace(/^-+|-+$/g,"").slice(0,63),this.requestUpdate())}view(){return Wt`
      <p class="crumbs"><a href="/console/studies">${S("studies.title")}</a></p>
      <h1>${S("studies.create")}</h1>
      <form class="two" novalidate @submit=${this.create}>
        <div class="card">
          ${this.form.problemBox()}
          ${this.form.field({name:"title",label:S("study.title"),required:!0,placeholder:S("study.title.example"),input:e=>this.titled(e)})}
          ${this.form.field({name:"slug",label:S("study.slug"),help:S("study.slug.help"),required:!0,value:this.slug,input:e=>{this.slug=e,this.slugIsOwn=e!=="",this.requestUpdate()}})}
          ${this.fields.view()}
          ${this.form.field({name:"unknownFields",label:S("study.unknown"),type:"select",value:"keep",options:[["keep",S("study.unknown.keep")],["refuse",S("study.unknown.refuse")]]})}
          ${this.form.field({name:"retentionDays",label:S("study.retention"),type:"number",help:S("study.retention.help")})}
          <div class="actions">
            <a class="button quiet" href="/console/studies">${S("cancel")}</a>
            <button type="submit" class="primary" ?disabled=${this.form.busy}>${S("studies.create.action")}</button>
          </div>
        </div>
        <aside>
          <h2>${S("study.preview")}</h2>
          <p class="help">${S("study.preview.help")}</p>
          ${_t(JSON.stringify(X(this.fields.definitions()),null,2),S("study.preview.trace"))}
        </aside>
      </form>
    `}};customElements.define("study-create",ve);import{empty as Vt,html as z,number as Yt,Page as Kt,Paged as Xt,query as es,t as D,table as ts,time as ss}from"./kit.js";var we=class extends Kt{constructor(){super(...arguments);this.studies=new Xt(this)}async load(){await this.studies.start(es("/api/v1/studies",{limit:100}))}view(){let e=this.can("studies.create")?z`<a class="button primary" href="/console/studies?do=create">${D("studies.create")}</a>`:z``;return z`
      <div class="head"><h1>${D("studies.title")}</h1>${this.studies.items.length?e:z``}</div>
      ${this.loading&&!this.studies.items.length?z`<p class="loading">${D("loading")}</p>`:this.studies.items.length===0?Vt(D("studies.none"),this.can("studies.create")?D("studies.none.create"):D("studies.none.ask"),e):z`${ts(D("studies.title"),[{title:D("study.name"),wide:!0,cell:t=>z`<a href=${p(t.slug)}>${t.title}</a><small>${t.slug}</small>`},{title:D("study.fields"),end:!0,cell:t=>Yt(t.fields.length)},{title:D("study.rights"),cell:t=>t.rights.map(s=>z`<span class="tag">${D(`right.${s}`)}</span> `)},{title:D("study.created"),cell:t=>ss(t.createdAt,"day")}],this.studies.items)}${this.studies.button()}`}
    `}};customElements.define("study-list",we);import{api as yi,html as x,nothing as At,Page as Ut,t as le}from"./kit.js";import{api as Ke,Form as is,html as Xe,t as q,toast as ns}from"./kit.js";import{Page as Ye}from"./kit.js";var m=class extends Ye{static{this.properties={...Ye.properties,study:{attribute:!1}}}get address(){return ue(this.study.slug)}has(n){return this.study.rights.includes(n)}};var rs=["silenceMinutes","quarantinePerHour","stopMinutes","retentionDays"],ke=class extends m{constructor(){super(...arguments);this.form=new is(this);this.save=e=>this.form.submit(e,async t=>{let s=t.hoursFrom||t.hoursUntil?t:{...t,zone:""},r=Object.entries(s).filter(([,i])=>i.trim()!=="");await Ke.put(`${this.address}/alerts`,Object.fromEntries(r.map(([i,l])=>[i,rs.includes(i)?Number(l):l]))),ns(r.length?q("alert.saved"):q("alert.ended")),await this.reload()})}async load(){this.alerts=await Ke.get(`${this.address}/alerts`)}view(){let{alerts:e}=this;if(!e)return Xe`<p class="loading">${q("loading")}</p>`;let t=e.zone??Intl.DateTimeFormat().resolvedOptions().timeZone,s=(r,i="number",l="")=>this.form.field({name:r,label:q(`alert.${r}`),type:i,placeholder:l,value:e[r]??"",help:q(`alert.${r}.help`)});return Xe`<form class="stack" novalidate @submit=${this.save}>
      <p class="lead">${q("alert.lead")} <a href="/console/notifications/choices">${q("alert.how")}</a></p>
      ${this.form.problemBox()}
      <section class="card"><h2>${q("alert.silence")}</h2><p class="help">${q("alert.silence.text")}</p>
        <div class="inline">${s("silenceMinutes")}${s("hoursFrom","text","08:00")}${s("hoursUntil","text","18:00")}
          ${this.form.field({name:"zone",label:q("choice.zone"),value:t,help:q("alert.zone.help")})}</div></section>
      <section class="card"><h2>${q("alert.stop")}</h2><p class="help">${q("alert.stop.text")}</p>
        <div class="inline">${s("stopMinutes")}${s("endName","text","end")}</div></section>
      <div class="grid">
        <section class="card"><h2>${q("alert.quarantine")}</h2><p class="help">${q("alert.quarantine.text")}</p>${s("quarantinePerHour")}</section>
        <section class="card"><h2>${q("alert.retention")}</h2><p class="help">${q("alert.retention.text")}</p>${s("retentionDays")}</section>
      </div>
      <div class="actions"><button type="submit" class="primary" ?disabled=${this.form.busy}>${q("save")}</button></div>
    </form>`}};customElements.define("study-alerts",ke);import{api as as,html as R,nothing as ee,number as qe,renew as os,t as E,table as ls}from"./kit.js";var et=6,xe=class extends m{constructor(){super(...arguments);this.download=async()=>{await os();let e=document.createElement("a");e.href=`${this.address}/codebook?format=csv`,e.download="",e.click()}}async load(){this.codebook=await as.get(`${this.address}/codebook`)}view(){if(!this.codebook)return R`<p class="loading">${E("loading")}</p>`;let{columns:e,traces:t}=this.codebook;return R`
      <div class="head">
        <p class="lead">${E("codebook.lead",{n:t})}</p>
        <span class="row">
          ${this.has("manage")&&this.can("studies.create")?R`<a class="button" href=${p(this.study.slug,"settings")}>${E("codebook.edit")}</a>`:ee}
          <button type="button" class="primary" @click=${this.download}>${E("codebook.download")}</button>
        </span>
      </div>
      ${ls(E("part.codebook"),[{title:E("codebook.column"),cell:s=>R`<code>${s.column}</code>${s.masked?R` <span class="tag">${E("export.mask")}</span>`:ee}`},{title:E("study.field.type"),cell:s=>s.type==="uuid"?"UUID":E(`type.${s.type}`)},{title:E("study.field.description"),cell:s=>R`${s.description??R`<span class="help">${E("codebook.unsaid")}</span>`}${s.unit?R`<small>${E("study.field.unit")}: ${s.unit}</small>`:ee}`},{title:E("codebook.present"),end:!0,cell:s=>qe(s.present)},{title:E("codebook.missing"),end:!0,cell:s=>qe(s.missing)},{title:E("codebook.seen"),cell:s=>this.seen(s)}],e)}
    `}seen(e){return e.values?.length?R`${e.values.slice(0,et).map(t=>R`<span class="tag">${j(t.value)} · ${qe(t.count)}</span> `)}${e.values.length>et?"…":ee}`:e.minimum!==void 0?R`${j(e.minimum)} – ${j(e.maximum)}`:e.longest===void 0?ee:E("codebook.lengths",{from:e.shortest??0,to:e.longest})}};customElements.define("study-codebook",xe);import{code as pe,Form as ds,html as Se,nothing as tt,query as cs,renew as us,send as ps,t as F,zone as ms}from"./kit.js";var st=6,Ee=class extends m{constructor(){super();this.form=new ds(this);this.set=e=>t=>{this.values={...this.values,[e]:t},this.reload()};this.download=async e=>{e.preventDefault(),await us();let t=document.createElement("a");t.href=this.target,t.download="",t.click()};this.values={for:"analysis",format:"csv"}}static{this.properties={...m.properties,preview:{state:!0},values:{state:!0}}}get parameters(){let{format:e,name:t,identities:s,corrected:r}=this.values,i=this.values.for==="sheet";return{format:e==="ndjson"?"ndjson":void 0,name:t,identities:s==="true"?!0:void 0,corrected:r==="true"?!0:void 0,...e==="ndjson"?{}:i?{bom:!0}:{formulas:"keep",timeZone:ms()}}}get target(){return cs(`${this.address}/traces/export`,this.parameters)}async load(){this.asked?.abort();let e=this.asked=new AbortController;this.preview=void 0;let s=(await ps("GET",this.target,void 0,{signal:e.signal,headers:{Accept:"*/*"}})).body.pipeThrough(new TextDecoderStream).getReader(),r="";for(;;){let{done:i,value:l}=await s.read();if(r+=l??"",i||r.split(`
`).length>st)break}e.abort(),this.asked===e&&(this.preview=r.split(/\r?\n/).slice(0,st).join(`
`))}view(){let e=this.values.format!=="ndjson",t=`${this.study.slug}_traces.${e?"csv":"ndjson"}`;return Se`<div class="two">
      <form class="card" novalidate @submit=${this.download}>
        <h2>${F("part.export")}</h2>
        ${this.form.field({name:"format",label:F("export.format"),type:"select",value:this.values.format,options:[["csv","CSV"],["ndjson","NDJSON"]],input:this.set("format")})}
        ${e?this.form.field({name:"for",label:F("export.for"),type:"select",value:this.values.for,options:[["analysis",F("export.for.analysis")],["sheet",F("export.for.sheet")]],input:this.set("for")}):tt}
        ${this.form.field({name:"name",label:F("trace.name"),help:F("export.name.help"),value:this.values.name,input:this.set("name")})}
        ${this.form.field({name:"corrected",label:F("export.corrected"),type:"checkbox",value:this.values.corrected==="true",help:F("export.corrected.help"),input:this.set("corrected")})}
        ${this.has("identities")?this.form.field({name:"identities",label:F("export.identities"),type:"checkbox",value:this.values.identities==="true",help:F("export.identities.help"),input:this.set("identities")}):tt}
        <div class="actions"><button type="submit" class="primary">${F("export.action")}</button></div>
      </form>
      <div class="stack">
        <section><h2>${F("export.preview")}</h2><div class="code"><pre class="nowrap" tabindex="0">${this.preview??F("loading")}</pre></div></section>
        ${e?Se`${pe(`traces <- read.csv("${t}", na.strings = "", fileEncoding = "UTF-8")`,"R")}
            ${pe(`import pandas as pd
traces = pd.read_csv("${t}", keep_default_na=False, na_values=[""])`,"pandas")}`:Se`${pe(`traces <- jsonlite::stream_in(file("${t}"))`,"R")}
            ${pe(`import pandas as pd
traces = pd.read_json("${t}", lines=True)`,"pandas")}`}
      </div>
    </div>`}};customElements.define("study-export",Ee);import{api as rt,Form as hs,html as C,nothing as T,number as gs,Problem as fs,query as at,send as $s,t as u,table as ot,toast as ys,zone as bs}from"./kit.js";function Fe(a){let n=[],e=0,t=!1;for(let s=0;s<a.length;s++){let r=a.charCodeAt(s);r===34?t=!t:r===10&&!t&&(n.push(a.slice(e,s+1)),e=s+1)}return e<a.length&&n.push(a.slice(e)),n}function _(a,n){let e=[],t="",s=!1,r=a.replace(/\r?\n$/,"");for(let i=0;i<r.length;i++){let l=r[i];s&&l==='"'&&r[i+1]==='"'?(t+='"',i++):l==='"'?s=!s:l===n&&!s?(e.push(t),t=""):t+=l}return[...e,t]}var Me=(a,n)=>/["\r\n]/.test(a)||a.includes(n)?`"${a.replaceAll('"','""')}"`:a;function it(a){return[",",";","	","|"].reduce((n,e)=>_(a,e).length>_(a,n).length?e:n)}function*nt(a,n){let e="";for(let t of a)e&&e.length+t.length>n&&(yield e,e=""),e+=t;e&&(yield e)}var vs=500,ws=4e5,ks=["timestamp","name","participant","session","sequence","id"],Pe=class extends m{constructor(){super(...arguments);this.form=new hs(this);this.map=new Map;this.constants=new Map;this.options={decimalComma:!1,timeFormat:"",timeZone:bs()??"UTC"};this.people=new Map;this.known=new Set;this.refused=new Map;this.take=async e=>{if(!e)return;this.form.clear(),[this.done,this.report,this.strangers]=[void 0,void 0,[]],[this.map,this.constants,this.people,this.refused]=[new Map,new Map,new Map,new Map];let t=(await e.text()).replace(/^\uFEFF/,""),[s="",...r]=Fe(t),i=it(s);this.file={name:e.name,head:/\n$/.test(s)?s:`${s}
`,columns:_(s,i),rows:r,delimiter:i};let l=await rt.get(at(`${this.address}/participants`,{limit:1e3}),{quiet:!0});this.known=new Set(l.items.flatMap(o=>[o.pseudonym,...o.number===void 0?[]:[String(o.number)]]));for(let{column:o,target:d}of(await this.look())?.columns??[])this.map.set(o,d);this.findStrangers()};this.look=async()=>{if(this.file){this.form.clear();try{this.report=await this.ask(this.file.rows.slice(0,vs).map(this.rename).join(""),{dryRun:!0})}catch(e){if(!(e instanceof fs))throw e;this.form.take(e)}return this.requestUpdate(),this.report}};this.rename=e=>{let t=this.who;if(t<0||this.people.size===0)return e;let{delimiter:s}=this.file,r=_(e,s),i=this.people.get(r[t]??"");return i===void 0?e:(r[t]=String(i),`${r.map(l=>Me(l,s)).join(s)}
`)};this.makePeople=async()=>{let e=["name,number,pseudonym,username,password"],t=[...this.strangers];for(;t.length;){let s=t.splice(0,1e3),{items:r}=await rt.post(`${this.address}/participants`,{count:s.length},{idempotent:!0});r.forEach((i,l)=>{this.people.set(s[l],i.number),e.push([s[l],String(i.number),i.pseudonym,i.username,i.password].map(o=>Me(o,",")).join(","))})}this.save(`${this.study.slug}_people.csv`,`${e.join(`\r
`)}\r
`),this.findStrangers(),await this.look()};this.run=async e=>{await this.form.submit(e,async()=>{let t=this.file,s=t.rows.reduce((l,o)=>l+o.length,0),r=0,i=0;this.refused=new Map,this.done={characters:i,total:s,added:0,known:0,ended:!1};for(let l of nt(t.rows,ws)){let o=await this.ask(Fe(l).map(this.rename).join(""),{part:r++});i+=l.length;for(let{reason:d,count:w,value:H}of o.reasons){let J=this.refused.get(d);this.refused.set(d,{count:(J?.count??0)+w,value:J?.value??H})}this.done={characters:i,total:s,added:this.done.added+o.added,known:this.done.known+o.known,ended:!1}}this.done={...this.done,ended:!0},ys(u("import.done",{n:this.done.added}))})}}static{this.properties={...m.properties,file:{state:!0},report:{state:!0},done:{state:!0},isOver:{state:!0},strangers:{state:!0}}}parameters(e){let t=i=>`"${i.replaceAll('"','""')}"`,s=[...this.map].filter(([,i])=>i),[r]=[...this.constants].filter(([i,l])=>l&&!s.some(([,o])=>o===i));return at(`${this.address}/traces/import`,{map:s.map(([i,l])=>`${l}=${t(i)}`).join(","),drop:[...this.map].filter(([,i])=>!i).map(([i])=>t(i)).join(","),constants:r?`${r[0]}=${r[1]}`:"",delimiter:this.file.delimiter,decimalComma:this.options.decimalComma||"",timeFormat:this.options.timeFormat,timeZone:this.options.timeZone,...e})}async ask(e,t){return(await $s("POST",this.parameters(t),this.file.head+e,{type:"text/csv",secret:!0})).json()}get who(){let e=[...this.map].find(([,t])=>t==="participant")?.[0];return e===void 0?-1:this.file.columns.indexOf(e)}findStrangers(){let e=this.who,t=e<0?[]:this.file.rows.map(s=>_(s,this.file.delimiter)[e]??"");this.strangers=[...new Set(t)].filter(s=>s&&!this.known.has(s)&&!this.people.has(s))}save(e,t){let s=document.createElement("a");s.href=URL.createObjectURL(new Blob([t],{type:"text/csv"})),s.download=e,s.click(),setTimeout(()=>URL.revokeObjectURL(s.href),6e4)}view(){return C`
      <p class="lead">${u("import.lead")}</p>
      <label class=${this.isOver?"drop over":"drop"}
        @dragover=${e=>{e.preventDefault(),this.isOver=!0}}
        @dragleave=${()=>this.isOver=!1}
        @drop=${e=>{e.preventDefault(),this.isOver=!1,this.take(e.dataTransfer?.files[0])}}>
        <strong>${this.file?this.file.name:u("import.drop")}</strong>
        <span>${this.file?u("import.rows",{n:this.file.rows.length}):u("import.drop.text")}</span>
        <input type="file" class="unseen" accept=".csv,.tsv,.tab,.txt,text/csv" @change=${e=>this.take(e.target.files?.[0])} />
      </label>
      ${this.file?this.showReading(this.file):T}
    `}showReading(e){let{report:t,done:s}=this,r=t?.missing??[],i=e.rows.slice(0,3).map(o=>_(o,e.delimiter)),l=this.form.busy;return C`<form class="stack" novalidate @submit=${this.run}>
      ${this.form.problemBox()}
      <section>
        <h2>${u("import.columns")}</h2>
        ${ot(u("import.columns"),[{title:u("codebook.column"),cell:o=>C`<code>${e.columns[o]}</code>`},{title:u("import.sample"),wide:!0,cell:o=>i.map(d=>d[o]).filter(Boolean).join(" · ")},{title:u("import.target"),cell:o=>this.choice(e.columns[o],o)}],e.columns.map((o,d)=>d))}
      </section>
      <section class="card">
        <div class="inline">
          ${this.form.field({name:"timeZone",pointer:"?timeZone",label:u("import.zone"),value:this.options.timeZone,input:o=>this.options.timeZone=o})}
          ${this.form.field({name:"timeFormat",pointer:"?timeFormat",label:u("import.format"),value:this.options.timeFormat,placeholder:"dd.MM.yyyy HH:mm:ss",help:u("import.format.help"),input:o=>this.options.timeFormat=o})}
          ${r.includes("name")||this.constants.has("name")?this.form.field({name:"constantName",pointer:"?constants",label:u("import.constant"),value:this.constants.get("name"),input:o=>this.constants.set("name",o)}):T}
        </div>
        ${this.form.field({name:"decimalComma",label:u("import.comma"),type:"checkbox",value:this.options.decimalComma,input:o=>{this.options.decimalComma=o==="true"}})}
        <div class="actions"><button type="button" @click=${this.look}>${u("import.look")}</button></div>
      </section>
      ${this.strangers.length?C`<div class="note">
        <p>${u("import.strangers",{n:this.strangers.length})} ${this.strangers.slice(0,5).join(", ")}${this.strangers.length>5?" …":""}</p>
        ${this.has("manage")&&this.can("studies.create")?C`<p class="help">${u("import.strangers.text")}</p><button type="button" @click=${this.makePeople}>${u("import.strangers.make")}</button>`:T}
      </div>`:T}
      ${r.length?C`<p class="problem" role="status">${u("import.missing",{targets:r.map(o=>u(`target.${o}`)).join(", ")})}</p>`:t?this.showReport(t):T}
      ${s?C`<section class="card" role="status">
        <h2>${s.ended?u("import.done",{n:s.added}):u("import.running")}</h2>
        <progress class="track" max=${s.total||1} value=${s.characters} aria-label=${u("import.running")}></progress>
        <p class="help">${u("import.counts",{added:s.added,known:s.known})}</p>
        ${this.reasons([...this.refused].map(([o,{count:d,value:w}])=>({reason:o,count:d,value:w})))}
        ${s.ended?C`<div class="actions"><a class="button primary" href=${p(this.study.slug,"traces")}>${u("part.traces")}</a></div>`:T}
      </section>`:T}
      ${s?.ended?T:C`<div class="actions"><button type="submit" class="primary" ?disabled=${l||r.length>0||!t}>${s?u("import.goon"):u("import.action",{n:e.rows.length})}</button></div>`}
    </form>`}choice(e,t){let s=`data.${e}`,r=this.study.fields.map(l=>`data.${l.name}`),i=[...ks,...r,...this.study.unknownFields==="keep"&&!r.includes(s)?[s]:[]];return this.form.field({name:`target-${t}`,label:u("import.target.of",{column:e}),bare:!0,type:"select",value:this.map.get(e)??"",options:[["",u("import.unread")],...i.map(l=>[l,l.startsWith("data.")?l.slice(5):u(`target.${l}`)])],input:l=>{for(let[o,d]of this.map)l&&d===l&&this.map.set(o,"");this.map.set(e,l),this.findStrangers(),this.look()}})}showReport(e){return C`<section>
      <h2>${u("import.preview")}</h2>
      <p class="help">${u("import.preview.text",{rows:e.rows,added:e.added})}</p>
      ${e.first.length?C`<div class="code"><pre class="nowrap" tabindex="0">${e.first.slice(0,3).join(`
`)}</pre></div>`:T}
      ${this.reasons(e.reasons)}
    </section>`}reasons(e){return e.length===0?T:ot(u("import.reasons"),[{title:u("import.reason"),wide:!0,cell:t=>t.reason},{title:u("import.value"),cell:t=>t.value??T},{title:u("import.count"),end:!0,cell:t=>gs(t.count)}],e)}};customElements.define("study-import",Pe);import{empty as qs,Form as xs,go as Ss,html as te,nothing as Es,query as De,readEvents as Fs,repeat as Ms,t as N,time as Ps}from"./kit.js";var Oe=200,Re=class extends m{constructor(){super();this.form=new xs(this);this.count=0;this.toggle=()=>{this.paused&&(this.traces=[...this.held,...this.traces].slice(0,Oe),this.held=[]),this.paused=!this.paused};this.filter=e=>this.form.submit(e,async t=>Ss(De(p(this.study.slug,"live"),t)));this.traces=[],this.held=[],this.paused=!1,this.state="connecting"}static{this.properties={...m.properties,traces:{state:!0},state:{state:!0},paused:{state:!0},held:{state:!0}}}load(){this.reading?.abort();let e=this.reading=new AbortController;this.traces=[],this.held=[];let t=Object.fromEntries([...this.query].filter(([s])=>s==="name"||s==="participant"));Fs(De(`${this.address}/traces/live`,t),e.signal,s=>{this.count++;let r=JSON.parse(s.data);this.paused?this.held=[r,...this.held].slice(0,Oe):this.traces=[r,...this.traces].slice(0,Oe)},s=>this.state=s)}disconnectedCallback(){super.disconnectedCallback(),this.reading?.abort()}view(){return te`
      <form class="filters" novalidate @submit=${this.filter}>
        ${this.form.field({name:"name",label:N("trace.name"),value:this.query.get("name")})}
        ${this.form.field({name:"participant",label:N("trace.participant"),value:this.query.get("participant")})}
        <button type="submit">${N("filter")}</button>
        <button type="button" class=${this.paused?"primary":""} aria-pressed=${this.paused?"true":"false"} @click=${this.toggle}>
          ${this.paused?this.held.length?N("live.continue.held",{n:this.held.length}):N("live.continue"):N("live.pause")}
        </button>
      </form>
      <p class="state" role="status"><span class="dot ${this.state}" aria-hidden="true"></span>${N(`live.${this.paused?"paused":this.state}`)}</p>
      ${this.traces.length===0?qs(N("live.none"),N("live.none.text")):te`<ol class="live">
            ${Ms(this.traces,e=>e.id,e=>te`<li>
              ${Ps(e.timestamp,"clock")}
              <strong>${e.name}</strong>
              ${e.participant?te`<a href=${De(p(this.study.slug,"live"),{participant:e.participant})}>${e.participant}</a>`:Es}
              <span class="data">${Object.entries(e.data).map(([t,s])=>te`<span><b>${t}</b> ${j(s)}</span> `)}</span>
            </li>`)}
          </ol>`}
    `}};customElements.define("study-live",Re);import{api as W,ask as lt,empty as Ds,Form as Os,html as M,nothing as Q,number as me,openDialog as Rs,Paged as Cs,query as se,renew as Ts,t as c,table as js,time as Ns,toast as Ls}from"./kit.js";var Ce=class extends m{constructor(){super();this.participants=new Cs(this);this.progress=new Map;this.consents=new Map;this.form=new Os(this);this.signed=async e=>{let{version:t}=this.study.consent;await lt({title:c("consent.paper"),body:c("consent.paper.text",{who:e.pseudonym,version:t}),action:c("consent.paper"),run:()=>W.put(`${this.address}/participants/${e.pseudonym}/consent`,{version:t})})&&await this.reload()};this.provision=e=>{let t=e.target;return this.form.submit(e,async s=>{let{items:r}=await W.post(`${this.address}/participants`,{count:Number(s.count)},{idempotent:!0});this.cards=r,t.reset(),await this.reload(),this.querySelector(".cards")?.focus()})};this.erase=async e=>{let t=[["anonymise",c("erase.anonymise")],["destroy",c("erase.destroy")]],s=(o,d)=>se(`${this.address}/participants/${e.pseudonym}`,{then:o,dryRun:d}),r=await W.delete(s("anonymise",!0),{quiet:!0}),i=await Rs(c("erase.title",{who:e.pseudonym}),o=>M`
      <div class="dialog-body"><p>${c("erase.counts",{traces:r.traces,quarantined:r.quarantined})}</p></div>
      <div class="choices">${t.map(([d,w])=>M`<button type="button" @click=${()=>o(d)}><strong>${w}</strong><span>${c(`erase.${d}.text`)}</span></button>`)}</div>
      <div class="actions"><button type="button" class="quiet" @click=${()=>o()}>${c("cancel")}</button></div>
    `);if(!i)return;await lt({title:c(`erase.${i}`),body:c("erase.sure",{who:e.pseudonym,traces:r.traces,quarantined:r.quarantined}),action:c("erase.action"),danger:!0,run:()=>W.delete(s(i,!1))})&&(Ls(c("erase.done")),await this.reload())};this.download=async e=>{await Ts();let t=document.createElement("a");t.href=se(`${this.address}/traces/export`,{participant:e.pseudonym}),t.download="",t.click()};this.cards=[]}static{this.properties={...m.properties,cards:{state:!0}}}async load(){await Promise.all([this.participants.start(se(`${this.address}/participants`,{limit:100})),this.has("read")?this.loadProgress():void 0,this.study.consent&&this.has("manage")&&this.can("studies.create")?this.loadConsents():void 0])}async loadProgress(){let{byParticipant:e}=await W.get(`${this.address}/summary`,{quiet:!0});this.progress=new Map(e.map(t=>[t.participant,t]))}async loadConsents(){let e=se(`${this.address}/consents`,{limit:1e3});for(;e;){let t=await W.get(e,{quiet:!0});for(let s of t.items)this.consents.set(s.pseudonym,s);e=t.next}}view(){let e=this.has("manage")&&this.can("studies.create");return M`
      ${e?M`<form class="filters card" novalidate @submit=${this.provision}>
            ${this.form.problemBox()}
            ${this.form.field({name:"count",label:c("participants.count"),type:"number",value:10,required:!0,help:c("participants.count.help")})}
            <button type="submit" class="primary" ?disabled=${this.form.busy}>${c("participants.provision")}</button>
          </form>`:Q}
      ${this.cards.length?M`<section class="cards" tabindex="-1" aria-label=${c("cards.title")}>
            <div class="head"><h2>${c("cards.title")}</h2><button type="button" class="primary" @click=${()=>print()}>${c("cards.print")}</button></div>
            <p class="note">${c("cards.once")}</p>
            <div class="sheet">${this.cards.map(t=>M`<article>
              <p class="for">${this.study.title} · ${me(t.number)}</p>
              <dl><dt>${c("login.username")}</dt><dd>${t.username}</dd><dt>${c("login.password")}</dt><dd>${t.password}</dd></dl>
            </article>`)}</div>
          </section>`:Q}
      ${this.loading&&!this.participants.items.length?M`<p class="loading">${c("loading")}</p>`:this.participants.items.length===0?Ds(c("participants.none"),e?c("participants.none.text"):c("participants.none.ask")):M`${js(c("part.participants"),[...this.participants.items[0].number===void 0?[]:[{title:c("participant.number"),end:!0,cell:t=>me(t.number)}],{title:c("participant.pseudonym"),cell:t=>M`<a href=${se(p(this.study.slug,"traces"),{participant:t.pseudonym})}>${t.pseudonym}</a>`},...this.has("identities")?[{title:c("login.username"),cell:t=>t.username??Q}]:[],{title:c("summary.traces"),end:!0,cell:t=>me(this.progress.get(t.pseudonym)?.traces??0)},{title:c("summary.sessions"),end:!0,cell:t=>me(this.progress.get(t.pseudonym)?.sessions??0)},{title:c("summary.last"),cell:t=>Ns(this.progress.get(t.pseudonym)?.last)},...this.consents.size?[{title:c("consent.title"),cell:t=>this.consent(t)}]:[],{title:c("participant.actions"),cell:t=>M`<span class="row">
                ${this.has("read")?M`<button type="button" class="quiet" @click=${()=>this.download(t)} aria-label=${c("participant.export.one",{who:t.pseudonym})}>${c("participant.export")}</button>`:Q}
                ${e?M`<button type="button" class="quiet bad" @click=${()=>this.erase(t)} aria-label=${c("erase.title",{who:t.pseudonym})}>${c("erase.action")}</button>`:Q}
              </span>`}],this.participants.items)}${this.participants.button()}`}
    `}consent(e){let s=this.consents.get(e.pseudonym)?.state??"missing";return M`<span class="tag ${s==="given"?"":"bad"}">${c(`consent.${s}`)}</span>
      ${s==="given"||s==="withdrawn"?Q:M`<button type="button" class="quiet" aria-label=${c("consent.paper.one",{who:e.pseudonym})} @click=${()=>this.signed(e)}>${c("consent.paper.action")}</button>`}`}};customElements.define("study-participants",Ce);import{api as V,ask as Te,empty as As,html as P,nothing as ie,number as Us,Paged as Hs,Problem as zs,query as ne,send as Bs,t as $,time as ct,toast as ut}from"./kit.js";function dt(a,n){let e=n.split("/").slice(1).map(l=>l.replaceAll("~1","/").replaceAll("~0","~")),t=0,s=()=>{for(;/\s/.test(a[t]??"");)t++},r=()=>{let l=t++;for(;t<a.length&&a[t]!=='"';)t+=a[t]==="\\"?2:1;t++;try{return JSON.parse(a.slice(l,t))}catch{return""}},i=l=>{s();let o=t,d;if(a[t]==='"')r();else if(a[t]==="{"||a[t]==="["){let w=a[t]==="{"?"}":"]";t++;for(let H=0;s(),!(t>=a.length||a[t]===w);H++){let J=String(H);if(w==="}"){if(a[t]!=='"')throw new SyntaxError;if(J=r(),s(),a[t]!==":")throw new SyntaxError;t++}let Ht=i(l[0]===J?l.slice(1):[]);if(l.length>0&&l[0]===J&&(d=Ht),s(),a[t]===",")t++;else if(a[t]!==w)throw new SyntaxError}t++}else{for(;t<a.length&&!/[\s,}\]]/.test(a[t]);)t++;if(t===o)throw new SyntaxError}return d??[o,t]};try{return i(e)}catch{return[Math.min(t,a.length),Math.min(t+1,a.length)]}}var je=class extends m{constructor(){super(...arguments);this.reasons=[];this.traces=new Hs(this);this.putBack=async e=>{let t=l=>ne(`${this.address}/quarantine/put-back`,{reason:e,dryRun:l}),s=await V.post(t(!0),void 0,{quiet:!0});if(s.putBack+s.duplicates===0){await Te({title:$("quarantine.putback"),body:$("quarantine.putback.none",{n:s.kept}),action:$("ok"),run:async()=>{}});return}let r=s;await Te({title:$("quarantine.putback"),body:$("quarantine.putback.text",{putBack:s.putBack,kept:s.kept}),action:$("quarantine.putback.action"),run:async()=>r=await V.post(t(!1))})&&(ut($("quarantine.putback.done",{n:r.putBack})),await this.reload())};this.dismiss=async e=>{let t=i=>ne(`${this.address}/quarantine/dismiss`,{reason:e,dryRun:i}),{dismissed:s}=await V.post(t(!0),void 0,{quiet:!0});await Te({title:$("quarantine.dismiss"),body:$("quarantine.dismiss.text",{n:s}),action:$("quarantine.dismiss.action"),danger:!0,run:()=>V.post(t(!1))})&&await this.reload()};this.edit=async e=>{let t=e.masked&&this.has("identities")?await V.get(`${this.address}/quarantine/${e.id}?identities=true`,{quiet:!0}):e;this.editing=t,this.errors=t.errors,this.said="",this.text=this.pretty(t.text??""),await this.updateComplete,this.show(t.errors[0])};this.mend=async()=>{let{editing:e}=this;if(e)try{await Bs("PUT",`${this.address}/quarantine/${e.id}`,this.text),ut($("quarantine.mended")),await this.reload()}catch(t){if(!(t instanceof zs))throw t;this.errors=t.errors,this.said=t.detail,await this.updateComplete,this.show(t.errors[0])}}}static{this.properties={...m.properties,editing:{state:!0},text:{state:!0},errors:{state:!0},said:{state:!0}}}async load(){this.editing=void 0;let e=this.query.get("reason"),[t]=await Promise.all([V.get(ne(`${this.address}/quarantine/reasons`,{limit:100}),{quiet:e!==null}),e===null?void 0:this.traces.start(ne(`${this.address}/quarantine`,{reason:e,limit:50}))]);this.reasons=t.items}whyNot(e){return e.masked?$("quarantine.masked"):e.text===void 0||new TextEncoder().encode(e.text).length<e.length?$("quarantine.cut"):void 0}pretty(e){try{return JSON.stringify(JSON.parse(e),null,2)}catch{return e}}show(e){let t=this.querySelector("textarea");if(!t)return;t.focus();let s=e?dt(this.text,e.pointer):void 0;if(s){t.setSelectionRange(s[0],s[1]);let r=this.text.slice(0,s[0]).split(`
`).length;t.scrollTop=Math.max(0,(r-4)*20)}}view(){let e=this.query.get("reason");return this.loading&&!this.reasons.length?P`<p class="loading">${$("loading")}</p>`:this.reasons.length===0?As($("quarantine.none"),$("quarantine.none.text")):P`
      <div class="head">
        <p class="lead">${$("quarantine.lead")}</p>
        <button type="button" @click=${()=>this.putBack()}>${$("quarantine.putback.all")}</button>
      </div>
      <ul class="reasons">
        ${this.reasons.map(t=>P`<li class=${t.reason===e?"card current":"card"}>
          <div class="grow">
            <a href=${ne(p(this.study.slug,"quarantine"),{reason:t.reason})} aria-current=${t.reason===e?"true":ie}>
              ${t.errors.map(s=>P`<span class="fault"><code>${s.pointer||"/"}</code> ${s.detail}</span>`)}
            </a>
            <p class="help">${$("quarantine.count",{n:t.count})} · ${ct(t.lastReceivedAt)}</p>
          </div>
          <span class="row">
            <button type="button" class="quiet" @click=${()=>this.putBack(t.reason)}>${$("quarantine.putback")}</button>
            <button type="button" class="quiet bad" @click=${()=>this.dismiss(t.reason)}>${$("quarantine.dismiss")}</button>
          </span>
        </li>`)}
      </ul>
      ${e?this.list():ie}
    `}list(){return P`<div class="two">
      <section>
        <h2>${$("quarantine.traces")}</h2>
        <ul class="rejected">
          ${this.traces.items.map(e=>P`<li>
            <button type="button" aria-pressed=${this.editing?.id===e.id?"true":"false"} @click=${()=>this.edit(e)}>
              <span>${ct(e.receivedAt)}${e.times>1?P` · ${$("quarantine.times",{n:e.times})}`:ie}${e.participant===void 0?ie:P` · ${$("participant.number")} ${Us(e.participant)}`}</span>
              <code>${(e.text??$("quarantine.nottext")).slice(0,160)}</code>
            </button>
          </li>`)}
        </ul>
        ${this.traces.button()}
      </section>
      <section>
        ${this.editing?P`<h2>${$("quarantine.editor")}</h2>
            ${this.said?P`<p class="problem" role="alert">${this.said}</p>`:ie}
            <ul class="faults" id="faults">
              ${this.errors.map(e=>P`<li><button type="button" class="quiet bad" @click=${()=>this.show(e)}><code>${e.pointer||"/"}</code> ${e.detail}</button></li>`)}
            </ul>
            <label class="unseen" for="mend">${$("quarantine.editor")}</label>
            <textarea id="mend" class="editor" spellcheck="false" rows="16" aria-describedby="faults" .value=${this.text}
              @input=${e=>this.text=e.target.value}></textarea>
            ${this.whyNot(this.editing)?P`<p class="note">${this.whyNot(this.editing)}</p>`:P`<div class="actions"><button type="button" class="primary" @click=${this.mend}>${$("quarantine.mend")}</button></div>`}`:P`<p class="help">${$("quarantine.choose")}</p>`}
      </section>
    </div>`}};customElements.define("study-quarantine",je);import{duration as ft,empty as $t,html as A,nothing as Ae,number as B,Paged as yt,query as ge,t as g,table as bt,time as Ws}from"./kit.js";import{api as Is,duration as Zs,empty as _s,html as L,nothing as he,number as Ne,query as pt,svg as Gs,t as k,table as Js,time as mt}from"./kit.js";var ht=1e3,gt=14,re=a=>{let n=Math.round(a/1e3),e=t=>String(t).padStart(2,"0");return n<3600?`${Math.floor(n/60)}:${e(n%60)}`:`${Math.floor(n/3600)}:${e(Math.floor(n/60)%60)}:${e(n%60)}`},Le=class extends m{constructor(){super(...arguments);this.traces=[];this.hasMore=!1}async load(){let[e,t]=[this.query.get("participant"),this.query.get("session")],s=await Is.get(pt(`${this.address}/traces`,{participant:e,session:t,limit:ht}));this.hasMore=s.next!==null,this.traces=s.items.sort((r,i)=>Date.parse(r.timestamp)-Date.parse(i.timestamp)||(r.sequence??0)-(i.sequence??0))}view(){let[e,t]=[this.query.get("participant"),this.query.get("session")],s=L`<p class="crumbs"><a href=${p(this.study.slug,"sessions")}>${k("part.sessions")}</a></p>`;if(this.loading&&!this.traces.length)return L`${s}<p class="loading">${k("loading")}</p>`;if(this.traces.length===0)return L`${s}${_s(k("traces.none"),k("traces.none.filter"))}`;let[r,i]=[Date.parse(this.traces[0].timestamp),Date.parse(this.traces.at(-1).timestamp)],l=this.missing();return L`
      ${s}
      <div class="head"><h2>${k("timeline.title",{session:t,participant:e})}</h2>
        <a class="button quiet" href=${pt(p(this.study.slug,"traces"),{participant:e,session:t})}>${k("part.traces")}</a></div>
      ${this.hasMore?L`<p class="note">${k("timeline.more",{n:ht})}</p>`:he}
      <section class="card">
        <dl class="facts inline-facts"><dt>${k("sessions.start")}</dt><dd>${mt(this.traces[0].timestamp)}</dd><dt>${k("sessions.length")}</dt><dd>${Zs((i-r)/1e3)}</dd>
          <dt>${k("summary.traces")}</dt><dd>${Ne(this.traces.length)}</dd>${l.length?L`<dt>${k("sessions.missing")}</dt><dd>${l.map(Ne).join(", ")}</dd>`:he}</dl>
        <div class="timeline" role="img" aria-label=${k("timeline.label",{n:this.traces.length})}>${this.lanes(r,Math.max(i-r,1))}</div>
        <p class="axis help"><span>${re(0)}</span><span>${re((i-r)/2)}</span><span>${re(i-r)}</span></p>
      </section>
      ${Js(k("timeline.title",{session:t,participant:e}),[{title:k("timeline.after"),end:!0,cell:o=>re(Date.parse(o.timestamp)-r)},{title:k("trace.time"),cell:o=>mt(o.timestamp)},{title:k("timeline.sequence"),end:!0,cell:o=>o.sequence===void 0?he:Ne(o.sequence)},{title:k("trace.name"),cell:o=>o.name},{title:k("timeline.data"),wide:!0,cell:o=>Object.entries(o.data).map(([d,w])=>L`<b>${d}</b> ${j(w)} `)}],this.traces)}
    `}lanes(e,t){let s=new Map;for(let d of this.traces)s.set(d.name,(s.get(d.name)??0)+1);let r=[...s].sort((d,w)=>w[1]-d[1]).map(([d])=>d),i=r.slice(0,gt),l=d=>this.traces.filter(w=>d(w.name)),o=(d,w)=>L`<div class="lane"><span title=${d}>${d}</span>
      <svg>${w.map(H=>Gs`<circle cx="${(1+98*(Date.parse(H.timestamp)-e)/t).toFixed(2)}%" cy="12" r="4.5"><title>${H.name}, ${re(Date.parse(H.timestamp)-e)}</title></circle>`)}</svg></div>`;return L`${i.map(d=>o(d,l(w=>w===d)))}${r.length>gt?o(k("timeline.others"),l(d=>!i.includes(d))):he}`}missing(){let e=new Set(this.traces.flatMap(s=>s.sequence===void 0?[]:[s.sequence])),t=[];if(this.hasMore||e.size===0)return t;for(let s=Math.min(...e);s<Math.max(...e)&&t.length<20;s++)e.has(s)||t.push(s);return t}};customElements.define("study-timeline",Le);var vt=12,Ue=class extends m{constructor(){super(...arguments);this.sessions=new yt(this);this.gaps=new yt(this)}get isOne(){return this.query.has("session")&&this.query.has("participant")}get onlyGaps(){return this.query.get("only")==="gaps"}async load(){if(this.isOne)return;let e={participant:this.query.get("participant"),limit:100};this.onlyGaps?await this.gaps.start(ge(`${this.address}/gaps`,e)):await this.sessions.start(ge(`${this.address}/sessions`,e))}link(e,t){return t===void 0?A`<span class="help">${g("sessions.without")}</span>`:A`<a href=${ge(p(this.study.slug,"sessions"),{participant:e,session:t})}>${t}</a>`}view(){if(this.isOne)return A`<study-timeline .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-timeline>`;let e=t=>ge(p(this.study.slug,"sessions"),{participant:this.query.get("participant"),only:t});return A`
      <div class="head">
        <p class="lead">${this.onlyGaps?g("gaps.lead"):g("sessions.lead")}</p>
        <nav class="row" aria-label=${g("sessions.show")}>
          <a class="button quiet" href=${e("")} aria-current=${this.onlyGaps?Ae:"page"}>${g("sessions.all")}</a>
          <a class="button quiet" href=${e("gaps")} aria-current=${this.onlyGaps?"page":Ae}>${g("sessions.gaps")}</a>
        </nav>
      </div>
      ${this.loading?A`<p class="loading">${g("loading")}</p>`:this.onlyGaps?this.showGaps():this.showSessions()}
    `}showSessions(){return this.sessions.items.length===0?$t(g("sessions.none"),g("sessions.none.text")):A`${bt(g("part.sessions"),[{title:g("trace.session"),cell:e=>this.link(e.participant,e.session)},{title:g("trace.participant"),cell:e=>e.participant},{title:g("sessions.start"),cell:e=>Ws(e.start)},{title:g("sessions.length"),end:!0,cell:e=>ft(e.seconds)},{title:g("summary.traces"),end:!0,cell:e=>B(e.traces)},{title:g("sessions.missing"),end:!0,cell:e=>e.sequence?.missing?A`<span class="tag bad">${B(e.sequence.missing)}</span>`:e.sequence?B(0):Ae},{title:g("sessions.clock"),cell:e=>this.clock(e)}],this.sessions.items)}${this.sessions.button()}`}clock(e){let{ahead:t}=e.clock;if(t===void 0)return A`<span class="help">${g("clock.unknown")}</span>`;if(e.clock.correction===0)return g("clock.right");let s=ft(Math.abs(t));return t>0?g("clock.ahead",{by:s}):g("clock.behind",{by:s})}showGaps(){return this.gaps.items.length===0?$t(g("gaps.none"),g("gaps.none.text")):A`${bt(g("sessions.gaps"),[{title:g("trace.session"),cell:e=>this.link(e.participant,e.session)},{title:g("trace.participant"),cell:e=>e.participant},{title:g("gaps.received"),end:!0,cell:e=>B(e.received)},{title:g("sessions.missing"),end:!0,cell:e=>e.missing===void 0?g("gaps.many"):B(e.missing)},{title:g("gaps.which"),wide:!0,cell:e=>wt(e.gaps)},{title:g("gaps.repeated"),wide:!0,cell:e=>wt(e.repeatedNumbers)}],this.gaps.items)}${this.gaps.button()}`}};function wt(a){return`${a.slice(0,vt).map(e=>e.from===e.to?B(e.from):`${B(e.from)}–${B(e.to)}`).join(", ")}${a.length>vt?" …":""}`}customElements.define("study-sessions",Ue);import{api as St,ask as Xs,Form as ei,go as ti,html as Y,nothing as Et,Problem as si,t as h,tagged as Ft,toast as Mt}from"./kit.js";import{api as He,ask as Qs,Form as Vs,html as U,nothing as fe,Paged as kt,query as $e,t as f,table as qt,time as Ys,toast as Ks}from"./kit.js";var xt=["read","write","manage","identities"],ze=class extends m{constructor(){super(...arguments);this.holders=new kt(this);this.openings=new kt(this);this.find=new Vs(this);this.add=e=>this.find.submit(e,async t=>{let s=await He.get($e(`${this.address}/rights/candidate`,{username:t.username}));e.target.reset(),await this.change(s)});this.change=async e=>{let t=new Set(e.rights),s="",r=o=>d=>{d.target.checked?t.add(o):t.delete(o)},i=`${this.address}/rights/${e.account}`;await Qs({title:f("rights.of",{who:e.username??e.account}),body:U`${xt.map(o=>U`<div class="field check"><input id="right-${o}" type="checkbox" ?checked=${t.has(o)} @change=${r(o)} aria-describedby="right-${o}-help" />
          <label for="right-${o}">${f(`right.${o}`)}</label><p class="help" id="right-${o}-help">${f(`right.${o}.text`)}</p></div>`)}
        <div class="field"><label for="right-purpose">${f("rights.purpose")}</label><input id="right-purpose" autocomplete="off" aria-describedby="right-purpose-help" @input=${o=>s=o.target.value} /><p class="help" id="right-purpose-help">${f("rights.purpose.help")}</p></div>`,action:f("save"),run:async()=>{t.size>0?await He.put($e(i,{purpose:s}),{rights:xt.filter(o=>t.has(o))}):e.rights.length>0&&await He.delete(i)}})&&(Ks(f("saved")),await this.reload())}}async load(){await Promise.all([this.holders.start($e(`${this.address}/rights`,{limit:100}),{quiet:!0}),this.openings.start($e(`${this.address}/identity-openings`,{limit:20}),{quiet:!0})])}view(){return U`
      <section class="card">
        <h2>${f("rights.title")}</h2>
        <p class="help">${f("rights.lead")}</p>
        ${qt(f("rights.title"),[{title:f("login.username"),wide:!0,cell:e=>U`${e.username??f("me.opening.unknown")}${e.displayName?U`<small>${e.displayName}</small>`:fe}`},{title:f("rights.title"),cell:e=>e.owner?U`<span class="tag">${f("rights.owner")}</span>`:e.rights.map(t=>U`<span class="tag">${f(`right.${t}`)}</span> `)},{title:f("participant.actions"),cell:e=>e.owner?fe:U`<button type="button" class="quiet" aria-label=${f("people.actions",{who:e.username??e.account})} @click=${()=>this.change(e)}>${f("people.change")}</button>`}],this.holders.items)}${this.holders.button()}
        <form class="filters" novalidate @submit=${this.add}>
          ${this.find.problemBox()}
          ${this.find.field({name:"username",pointer:"?username",label:f("rights.add"),help:f("rights.add.help"),required:!0})}
          <button type="submit" ?disabled=${this.find.busy}>${f("rights.add.action")}</button>
        </form>
      </section>
      ${this.openings.items.length?U`<section class="card">
        <h2>${f("openings.title")}</h2>
        ${qt(f("openings.title"),[{title:f("trace.time"),cell:e=>Ys(e.at)},{title:f("me.opening.by"),cell:e=>e.by?.username??f("me.opening.unknown")},{title:f("me.opening.what"),cell:e=>e.kind==="given"?f("openings.given",{to:e.to?.username??f("me.opening.unknown")}):f("openings.read")},{title:f("rights.purpose"),wide:!0,cell:e=>e.purpose??fe}],this.openings.items)}${this.openings.button()}
      </section>`:fe}
    `}};customElements.define("study-rights",ze);var Be=class extends m{constructor(){super(...arguments);this.form=new ei(this);this.fields=new Z(this,this.form);this.tag="";this.asksConsent=!1;this.save=e=>this.form.submit(e,async t=>{let s=this.consent(t),r={title:t.title,fields:this.fields.definitions(),unknownFields:t.unknownFields,retentionDays:t.retentionDays?Number(t.retentionDays):null,...s?{consent:s}:{}};try{await St.patch(this.address,r,{headers:{"If-Match":this.tag}})}catch(i){if(!(i instanceof si)||i.status!==412)throw i;this.isOld=!0;return}Mt(h("saved")),await this.reload()});this.keepMine=async()=>{let[e,t]=await Ft(this.address,{quiet:!0});this.tag=t,this.isOld=!1,this.tell(e),await this.updateComplete,this.querySelector("form.study").requestSubmit()};this.erase=async()=>{let e="";await Xs({title:h("study.delete"),body:Y`<p>${h("study.delete.text")}</p><div class="field"><label for="confirm-slug">${h("study.delete.confirm",{slug:this.study.slug})}</label>
        <input id="confirm-slug" autocomplete="off" spellcheck="false" @input=${s=>e=s.target.value} /></div>`,action:h("study.delete"),danger:!0,run:()=>St.delete(`${this.address}?confirm=${encodeURIComponent(e)}`)})&&(Mt(h("study.deleted")),ti("/console/studies"))}}static{this.properties={...m.properties,draft:{state:!0},isOld:{state:!0}}}async load(){let[e,t]=await Ft(this.address);[this.draft,this.tag,this.isOld,this.asksConsent]=[e,t,!1,e.consent!==void 0],this.fields=new Z(this,this.form,e.fields),this.form.clear(),this.tell(e)}tell(e){this.dispatchEvent(new CustomEvent("study-changed",{detail:e}))}consent(e){let t=this.draft.consent;if(!this.asksConsent)return;let[s,r]=[e.consentText??"",e.consentUrl||void 0],i=!t||s!==t.text||(r??null)!==(t.url??null);return{required:e.consentRequired==="on",version:(t?.version??0)+(i?1:0),text:s,url:r??null,renew:e.consentRenew==="on"}}view(){let{draft:e}=this;return e?Y`
      <form class="card study" novalidate @submit=${this.save}>
        <h2>${h("part.settings")}</h2>
        ${this.isOld?Y`<div class="problem" role="alert"><p><strong>${h("study.old")}</strong> ${h("study.old.text")}</p>
              <div class="actions"><button type="button" @click=${()=>this.reload()}>${h("study.old.theirs")}</button><button type="button" class="primary" @click=${this.keepMine}>${h("study.old.mine")}</button></div></div>`:this.form.problemBox()}
        ${this.form.field({name:"title",label:h("study.title"),required:!0,value:e.title})}
        ${this.fields.view()}
        ${this.form.field({name:"unknownFields",label:h("study.unknown"),type:"select",value:e.unknownFields,options:[["keep",h("study.unknown.keep")],["refuse",h("study.unknown.refuse")]]})}
        ${this.form.field({name:"retentionDays",label:h("study.retention"),type:"number",value:e.retentionDays,help:h("study.retention.help")})}
        ${this.showConsent(e)}
        <div class="actions"><button type="submit" class="primary" ?disabled=${this.form.busy}>${h("save")}</button></div>
      </form>
      <study-rights .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-rights>
      <section class="card danger">
        <h2>${h("study.delete")}</h2><p class="help">${h("study.delete.help")}</p>
        <div class="actions"><button type="button" class="danger" @click=${this.erase}>${h("study.delete")}</button></div>
      </section>
    `:Y`<p class="loading">${h("loading")}</p>`}showConsent(e){let{consent:t}=e;return Y`<fieldset>
      <legend>${h("consent.title")}</legend>
      <p class="help">${t?h("consent.version",{version:t.version}):h("consent.help")}</p>
      ${t?Et:this.form.field({name:"asksConsent",label:h("consent.ask"),type:"checkbox",value:this.asksConsent,input:s=>{this.asksConsent=s==="true",this.requestUpdate()}})}
      ${this.asksConsent?Y`${this.form.field({name:"consentText",pointer:"/consent/text",label:h("consent.text"),type:"textarea",rows:5,value:t?.text??"",help:h("consent.text.help")})}
            ${this.form.field({name:"consentUrl",pointer:"/consent/url",label:h("consent.url"),value:t?.url??""})}
            ${this.form.field({name:"consentRequired",pointer:"/consent/required",label:h("consent.required"),type:"checkbox",value:t?.required??!0,help:h("consent.required.help")})}
            ${this.form.field({name:"consentRenew",pointer:"/consent/renew",label:h("consent.renew"),type:"checkbox",value:t?.renew??!0,help:h("consent.renew.help")})}`:Et}
    </fieldset>`}};customElements.define("study-settings",Be);import{api as _e,createRef as ni,curl as ri,duration as ai,empty as oi,html as O,locale as li,nothing as G,number as ae,Problem as Ct,query as ye,ref as di,t as y,time as Tt,toast as jt,zone as ci}from"./kit.js";import{html as K,language as ii,number as Ie,svg as Pt,t as Ze}from"./kit.js";var Dt=(a,n)=>new Intl.DateTimeFormat(ii,{weekday:n,timeZone:"UTC"}).format(new Date(Date.UTC(2024,0,a)));function Ot(a){let n=Array.from({length:24},()=>0);for(let s of a)n[s.hour]+=s.traces;let e=Math.max(...n,1),t=n.indexOf(e);return K`<section class="card">
    <h2>${Ze("summary.hours")}</h2>
    <svg class="hours" viewBox="0 0 240 90" role="img" aria-label=${Ze("summary.hours.label",{hour:Math.max(t,0)})}>
      ${n.map((s,r)=>Pt`<rect x=${r*10+1.2} width="7.6" rx="1" y=${78-72*s/e} height=${72*s/e}><title>${r}:00 – ${Ie(s)}</title></rect>`)}
      ${[0,6,12,18,23].map(s=>Pt`<text x=${s*10+5} y="88" text-anchor="middle">${s}</text>`)}
    </svg>
  </section>`}function Rt(a){let n=new Map(a.map(s=>[s.weekday*24+s.hour,s.traces])),e=Math.max(...n.values(),1),t=(s,r)=>{let i=n.get(s*24+r)??0;return K`<td class="heat-${i===0?0:Math.ceil(5*i/e)}" title="${Dt(s,"long")} ${r}:00 – ${Ie(i)}"><span class="unseen">${Ie(i)}</span></td>`};return K`<section class="card">
    <h2>${Ze("summary.week")}</h2>
    <table class="heat">
      <thead><tr><td></td>${Array.from({length:24},(s,r)=>K`<th scope="col">${r%6===0||r===23?r:K`<span class="unseen">${r}</span>`}</th>`)}</tr></thead>
      <tbody>${[1,2,3,4,5,6,7].map(s=>K`<tr><th scope="row">${Dt(s,"short")}</th>${Array.from({length:24},(r,i)=>t(s,i))}</tr>`)}</tbody>
    </table>
  </section>`}var Ge=class extends m{constructor(){super(...arguments);this.plot=ni()}async load(){try{this.summary=await _e.get(ye(`${this.address}/summary`,{timeZone:ci()}))}catch(e){if(!(e instanceof Ct)||e.status!==400)throw e;this.summary=await _e.get(`${this.address}/summary`)}}disconnectedCallback(){super.disconnectedCallback(),this.stop?.()}view(){let e=this.summary;return e?e.traces===0?this.first():O`
      <dl class="tiles">
        ${this.tile(y("summary.traces"),ae(e.traces))}
        ${this.tile(y("summary.participants"),ae(e.participants))}
        ${this.tile(y("summary.sessions"),ae(e.sessions),e.rates.sessionSeconds?y("summary.session.length",{length:ai(e.rates.sessionSeconds)}):G)}
        ${e.sequences.missing?this.tile(y("summary.missing"),ae(e.sequences.missing),O`<a href="${p(this.study.slug,"sessions")}?only=gaps">${y("summary.missing.where")}</a>`):G}
        ${this.tile(y("summary.last"),Tt(e.last),O`${y("summary.first")} ${Tt(e.first,"day")}`)}
      </dl>
      ${e.complete?G:O`<p class="note">${y("summary.incomplete")}</p>`}
      <section class="card">
        <div class="head"><h2>${y("summary.days")}</h2><span class="help">${e.timeZone}</span></div>
        <div class="plot" role="img" aria-label=${y("summary.days.label",{n:e.days.length})} ${di(this.plot)}></div>
      </section>
      <div class="grid">
        ${Ot(e.week)}
        ${Rt(e.week)}
        <section class="card">
          <h2>${y("summary.names")}</h2>
          ${this.bars(e.names.slice(0,12).map(t=>({label:t.name,value:t.traces,href:ye(p(this.study.slug,"traces"),{name:t.name})})))}
        </section>
        <section class="card">
          <h2>${y("summary.byparticipant")}</h2>
          ${this.bars(e.byParticipant.slice(0,12).map(t=>({label:t.participant,value:t.traces,href:ye(p(this.study.slug,"traces"),{participant:t.participant})})))}
        </section>
        ${e.fields.filter(t=>t.values.length>0).map(t=>O`<section class="card">
          <h2>${t.name}</h2>
          ${this.bars(t.values.slice(0,12).map(s=>({label:String(s.value),value:s.traces,href:ye(p(this.study.slug,"traces"),{[`data.${t.name}`]:String(s.value)})})))}
        </section>`)}
      </div>
    `:O`<p class="loading">${y("loading")}</p>`}tile(e,t,s=G){return O`<div class="tile"><dt>${e}</dt><dd>${t}</dd>${s===G?G:O`<dd class="help">${s}</dd>`}</div>`}bars(e){let t=Math.max(...e.map(s=>s.value),1);return O`<ul class="bars">
      ${e.map(s=>O`<li>
        <a href=${s.href}>${s.label===""?"∅":s.label}</a><span class="count">${ae(s.value)}</span>
        <progress class="track" aria-hidden="true" max=${t} value=${s.value}></progress>
      </li>`)}
    </ul>`}first(){let e=JSON.stringify(X(this.study.fields)),t=ri({method:"POST",path:`${this.address}/traces`,body:e,type:"application/json"},this.me.username),s=async()=>{try{await _e.post(`${this.address}/traces`,X(this.study.fields),{idempotent:!0}),jt(y("first.sent")),await this.reload()}catch(r){jt(r instanceof Ct?r.detail:String(r))}};return oi(y("first.title"),y("first.text"),O`<ol class="steps">
        <li><h3>${y("first.participants")}</h3><p>${y("first.participants.text")}</p><a class="button primary" href=${p(this.study.slug,"participants")}>${y("first.participants.action")}</a></li>
        <li><h3>${y("first.game")}</h3><p>${y("first.game.text")}</p><div class="code"><pre tabindex="0">${t.replace(` -u '${this.me.username}'`," -u PLAYER:PASSWORD").replace(" -H ",` \\
  -H `).replace(" -d ",` \\
  -d `)}</pre></div></li>
        <li><h3>${y("first.live")}</h3><p>${y("first.live.text")}</p><a class="button" href=${p(this.study.slug,"live")}>${y("part.live")}</a>
        ${this.study.number===void 0?G:O`<button type="button" @click=${s}>${y("first.send")}</button>`}</li>
      </ol>`)}updated(){let e=this.plot.value;if(!e||!this.summary||this.drawn===this.summary)return;this.drawn=this.summary;let{days:t}=this.summary;import("./charts.js").then(({barsOverTime:s})=>{this.stop?.(),this.stop=s(e,t.map(r=>Date.parse(`${r.day}T00:00:00Z`)/1e3),{label:y("summary.traces"),values:t.map(r=>r.traces)},li,!0)})}};customElements.define("study-summary",Ge);import{empty as ui,Form as pi,go as mi,html as I,nothing as oe,Paged as hi,query as be,t as b,table as gi,time as fi}from"./kit.js";var $i=["name","participant","session"],Nt=a=>{if(!a||Number.isNaN(Date.parse(a)))return"";let n=new Date(a);return new Date(n.getTime()-n.getTimezoneOffset()*6e4).toISOString().slice(0,19)},Lt=a=>a?new Date(a).toISOString():"",Je=class extends m{constructor(){super(...arguments);this.traces=new hi(this);this.form=new pi(this);this.apply=e=>this.form.submit(e,async t=>{let{field:s,value:r,from:i,to:l,order:o,...d}=t;mi(be(p(this.study.slug,"traces"),{...d,order:o==="oldest"?o:"",from:Lt(i),to:Lt(l),...s&&r?{[`data.${s}`]:r}:{}}))})}get filters(){return Object.fromEntries([...this.query].filter(([e])=>["name","participant","session","from","to"].includes(e)||e.startsWith("data.")))}get order(){return this.query.get("order")==="oldest"?"oldest":"newest"}async load(){await this.traces.start(be(`${this.address}/traces`,{...this.filters,order:this.order,limit:100}))}view(){let e=this.study.fields.filter(i=>i.type!=="json"),[t]=[...this.query].filter(([i])=>i.startsWith("data.")),s=this.study.fields.slice(0,6),r=new Set(s.map(i=>i.name));return I`
      <form class="filters" novalidate @submit=${this.apply}>
        ${this.form.problemBox()}
        ${$i.map(i=>this.form.field({name:i,pointer:`?${i}`,label:b(`trace.${i}`),value:this.query.get(i)}))}
        ${this.form.field({name:"from",pointer:"?from",label:b("trace.from"),type:"datetime-local",value:Nt(this.query.get("from"))})}
        ${this.form.field({name:"to",pointer:"?to",label:b("trace.to"),type:"datetime-local",value:Nt(this.query.get("to"))})}
        ${e.length?I`${this.form.field({name:"field",label:b("trace.field"),type:"select",value:t?.[0].slice(5)??"",options:[["","–"],...e.map(i=>[i.name,i.name])]})}
              ${this.form.field({name:"value",label:b("trace.value"),value:t?.[1]??""})}`:oe}
        ${this.form.field({name:"order",pointer:"?order",label:b("traces.order"),type:"select",value:this.order,options:[["newest",b("order.newest")],["oldest",b("order.oldest")]]})}
        <button type="submit" class="primary">${b("filter")}</button>
        ${Object.keys(this.filters).length?I`<a class="button quiet" href=${p(this.study.slug,"traces")}>${b("filter.clear")}</a>`:oe}
      </form>
      ${this.loading&&!this.traces.items.length?I`<p class="loading">${b("loading")}</p>`:this.traces.items.length===0&&!this.traces.next?ui(b("traces.none"),Object.keys(this.filters).length?b("traces.none.filter"):b("traces.none.text")):I`<p class="help">${b("traces.share")}</p>
          ${gi(b("part.traces"),[{title:b("trace.time"),cell:i=>fi(i.timestamp)},{title:b("trace.name"),cell:i=>i.name},{title:b("trace.participant"),cell:i=>i.participant?I`<a href=${be(p(this.study.slug,"traces"),{participant:i.participant})}>${i.participant}</a>`:oe},{title:b("trace.session"),cell:i=>i.session&&i.participant?I`<a href=${be(p(this.study.slug,"sessions"),{participant:i.participant,session:i.session})}>${i.session}</a>`:i.session??oe},...s.map(i=>({title:i.name,end:i.type==="integer"||i.type==="number",cell:l=>j(l.data[i.name])})),{title:b("trace.rest"),cell:i=>{let l=Object.entries(i.data).filter(([o])=>!r.has(o));return l.length?I`<code class="rest">${JSON.stringify(Object.fromEntries(l))}</code>`:oe}}],this.traces.items)}${this.traces.button()}`}
    `}};customElements.define("study-traces",Je);var We=class extends Ut{static{this.properties={...Ut.properties,study:{state:!0}}}async load(){let[n]=this.path;this.study?.slug!==n&&(this.study=await yi.get(ue(n),{quiet:!0}))}get parts(){let n=this.study.rights;return[...n.includes("read")?["summary","live","traces","sessions","export","codebook","alerts"]:[],...n.some(e=>e==="read"||e==="manage"||e==="identities")?["participants"]:[],...n.includes("write")&&this.can("traces.write")?["import"]:[],...n.includes("manage")?["quarantine",...this.can("studies.create")?["settings"]:[]]:[]]}view(){let n=this.study;if(!n||n.slug!==this.path[0])return x`<p class="loading">${le("loading")}</p>`;let e=this.path[1]??this.parts[0];return x`
      <p class="crumbs"><a href="/console/studies">${le("studies.title")}</a></p>
      <h1>${n.title}</h1>
      ${this.parts.length?x`<nav class="tabs" aria-label=${n.title}>
            ${this.parts.map(t=>x`<a href=${p(n.slug,t)} aria-current=${t===e?"page":At}>${le(`part.${t}`)}</a>`)}
          </nav>`:x`<p class="lead">${le("study.norights")}</p>`}
      ${this.show(e)}
    `}show(n){switch(n){case"summary":return x`<study-summary .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-summary>`;case"live":return x`<study-live .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-live>`;case"traces":return x`<study-traces .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-traces>`;case"export":return x`<study-export .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-export>`;case"participants":return x`<study-participants .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-participants>`;case"quarantine":return x`<study-quarantine .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-quarantine>`;case"sessions":return x`<study-sessions .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-sessions>`;case"import":return x`<study-import .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-import>`;case"codebook":return x`<study-codebook .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-codebook>`;case"alerts":return x`<study-alerts .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-alerts>`;case"settings":return x`<study-settings .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}
          @study-changed=${e=>this.study=e.detail}></study-settings>`;case void 0:return At;default:return x`<div class="empty"><h2>${le("problem.notfound")}</h2></div>`}}};customElements.define("study-page",We);var Ve=class extends vi{render(){let[n]=this.path;return n!==void 0?Qe`<study-page .path=${this.path} .query=${this.query} .me=${this.me}></study-page>`:this.query.get("do")==="create"?Qe`<study-create .path=${this.path} .query=${this.query} .me=${this.me}></study-create>`:Qe`<study-list .path=${this.path} .query=${this.query} .me=${this.me}></study-list>`}view(){}};bi("studies",Ve);
