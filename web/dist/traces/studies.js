import{definePage as pi,html as Je,Page as mi}from"./kit.js";import{api as Ht,code as Bt,Form as It,go as Zt,html as _t,Page as Gt,t as q}from"./kit.js";import{html as le,nothing as de,t as v}from"./kit.js";var Nt=["string","integer","number","boolean","timestamp","json"],At=a=>a.some(n=>/^\s*\[|,|^\s|\s$/.test(String(n)))?JSON.stringify(a):a.join(", ");function Ut(a){if(a.values.trim().startsWith("["))try{return JSON.parse(a.values)}catch{}let n=a.values.split(",").map(e=>e.trim()).filter(e=>e!=="");return a.type==="string"?n:n.map(e=>Number.isNaN(Number(e))?e:Number(e))}var Z=class{constructor(n,e,t=[]){this.host=n;this.form=e;this.add=async()=>{this.drafts.push({name:"",type:"string",required:!1,values:"",maxLength:"",unit:"",description:"",export:"keep"}),this.host.requestUpdate(),await this.host.updateComplete,this.host.querySelector(`[name="field-${this.drafts.length-1}"]`)?.focus()};this.drafts=t.map(s=>({kept:s,name:s.name,type:s.type,required:s.required??!1,values:At(s.values??[]),maxLength:String(s.maxLength??""),unit:s.unit??"",description:s.description??"",export:s.export??"keep"}))}definitions(){return this.drafts.map(n=>{let e={name:n.name,type:n.type},t=n.type==="integer"||n.type==="number",s=n.type==="string"||t?Ut(n):[];return n.required&&(e.required=!0),n.type==="string"&&n.maxLength&&(e.maxLength=Number(n.maxLength)),s.length>0&&(e.values=s),n.description&&(e.description=n.description),t&&n.unit&&(e.unit=n.unit),n.export!=="keep"&&(e.export=n.export),e})}view(){return le`<fieldset>
      <legend>${v("study.fields")}</legend>
      <p class="help">${this.drafts.some(n=>n.kept)?v("study.fields.change"):v("study.fields.help")}</p>
      ${this.drafts.map((n,e)=>this.row(n,e))}
      <button type="button" @click=${this.add}>${v("study.fields.add")}</button>
    </fieldset>`}row(n,e){let t=o=>d=>{n[o]=o==="required"?d==="true":d,this.host.requestUpdate()},{kept:s}=n,r=n.type==="integer"||n.type==="number",i=s?s.type==="integer"?["integer","number"]:[s.type]:Nt,l=`/fields/${e}`;return le`<div class="field-row" role="group" aria-label=${s?s.name:v("study.field.n",{number:e+1})}>
      ${s?le`<p class="field name"><code>${s.name}</code></p>`:this.form.field({name:`field-${e}`,pointer:`${l}/name`,label:v("study.field.name"),value:n.name,required:!0,input:t("name")})}
      ${this.form.field({name:`type-${e}`,pointer:`${l}/type`,label:v("study.field.type"),type:"select",value:n.type,options:i.map(o=>[o,v(`type.${o}`)]),input:t("type")})}
      ${n.type==="string"||r?this.form.field({name:`values-${e}`,pointer:`${l}/values`,label:v("study.field.values"),value:n.values,placeholder:v("study.field.values.example"),input:t("values")}):de}
      ${n.type==="string"?this.form.field({name:`length-${e}`,pointer:`${l}/maxLength`,label:v("study.field.length"),type:"number",value:n.maxLength,input:t("maxLength")}):de}
      ${r?this.form.field({name:`unit-${e}`,pointer:`${l}/unit`,label:v("study.field.unit"),value:n.unit,placeholder:v("study.field.unit.example"),input:t("unit")}):de}
      ${this.form.field({name:`description-${e}`,pointer:`${l}/description`,label:v("study.field.description"),value:n.description,input:t("description")})}
      ${this.form.field({name:`export-${e}`,pointer:`${l}/export`,label:v("study.field.export"),type:"select",value:n.export,options:[["keep",v("export.keep")],...n.type==="string"?[["mask",v("export.mask")]]:[],["leave-out",v("export.leave-out")]],input:t("export")})}
      ${this.form.field({name:`required-${e}`,pointer:`${l}/required`,label:v("study.field.required"),type:"checkbox",value:n.required,input:t("required")})}
      ${s?de:le`<button type="button" class="quiet remove" @click=${()=>{this.drafts.splice(e,1),this.form.clear(),this.host.requestUpdate()}}>${v("remove")}</button>`}
    </div>`}};var ce=a=>`/api/v1/studies/${encodeURIComponent(a)}`,p=(a,n="")=>`/console/studies/${encodeURIComponent(a)}${n?`/${n}`:""}`;function K(a){let n=e=>e.values?.[0]??{string:"…",integer:1,number:.5,boolean:!0,timestamp:"2026-01-31T09:30:00Z",json:{}}[e.type];return{timestamp:new Date().toISOString(),name:"started",session:"s-1",sequence:1,data:Object.fromEntries(a.filter(e=>e.name).map(e=>[e.name,n(e)]))}}function T(a){return a==null?"":typeof a=="object"?JSON.stringify(a):String(a)}var be=class extends Gt{constructor(){super(...arguments);this.form=new It(this);this.fields=new Z(this,this.form);this.slug="";this.slugIsOwn=!1;this.create=e=>this.form.submit(e,async t=>{let s=await Ht.post("/api/v1/studies",{slug:t.slug,title:t.title,fields:this.fields.definitions(),unknownFields:t.unknownFields,...t.retentionDays?{retentionDays:Number(t.retentionDays)}:{}},{idempotent:!0});Zt(p(s.slug))})}titled(e){this.slugIsOwn||(this.slug=e.normalize("NFD").toLowerCase().replace(/[^a-z0-9]+/g,"-").replace(/^-+|-+$/g,"").slice(0,63),this.requestUpdate())}view(){return _t`
      <p class="crumbs"><a href="/console/studies">${q("studies.title")}</a></p>
      <h1>${q("studies.create")}</h1>
      <form class="two" novalidate @submit=${this.create}>
        <div class="card">
          ${this.form.problemBox()}
          ${this.form.field({name:"title",label:q("study.title"),required:!0,placeholder:q("study.title.example"),input:e=>this.titled(e)})}
          ${this.form.field({name:"slug",label:q("study.slug"),help:q("study.slug.help"),required:!0,value:this.slug,input:e=>{this.slug=e,this.slugIsOwn=e!=="",this.requestUpdate()}})}
          ${this.fields.view()}
          ${this.form.field({name:"unknownFields",label:q("study.unknown"),type:"select",value:"keep",options:[["keep",q("study.unknown.keep")],["refuse",q("study.unknown.refuse")]]})}
          ${this.form.field({name:"retentionDays",label:q("study.retention"),type:"number",help:q("study.retention.help")})}
          <div class="actions">
            <a class="button quiet" href="/console/studies">${q("cancel")}</a>
            <button type="submit" class="primary" ?disabled=${this.form.busy}>${q("studies.create.action")}</button>
          </div>
        </div>
        <aside>
          <h2>${q("study.preview")}</h2>
          <p class="help">${q("study.preview.help")}</p>
          ${Bt(JSON.stringify(K(this.fields.definitions()),null,2),q("study.preview.trace"))}
        </aside>
      </form>
    `}};customElements.define("study-create",be);import{empty as zt,html as H,number as Jt,Page as Wt,Paged as Qt,query as Vt,t as P,table as Yt,time as Kt}from"./kit.js";var ve=class extends Wt{constructor(){super(...arguments);this.studies=new Qt(this)}async load(){await this.studies.start(Vt("/api/v1/studies",{limit:100}))}view(){let e=this.can("studies.create")?H`<a class="button primary" href="/console/studies?do=create">${P("studies.create")}</a>`:H``;return H`
      <div class="head"><h1>${P("studies.title")}</h1>${this.studies.items.length?e:H``}</div>
      ${this.loading&&!this.studies.items.length?H`<p class="loading">${P("loading")}</p>`:this.studies.items.length===0?zt(P("studies.none"),this.can("studies.create")?P("studies.none.create"):P("studies.none.ask"),e):H`${Yt(P("studies.title"),[{title:P("study.name"),wide:!0,cell:t=>H`<a href=${p(t.slug)}>${t.title}</a><small>${t.slug}</small>`},{title:P("study.fields"),end:!0,cell:t=>Jt(t.fields.length)},{title:P("study.rights"),cell:t=>t.rights.map(s=>H`<span class="tag">${P(`right.${s}`)}</span> `)},{title:P("study.created"),cell:t=>Kt(t.createdAt,"day")}],this.studies.items)}${this.studies.button()}`}
    `}};customElements.define("study-list",ve);import{api as ui,html as S,nothing as Tt,Page as jt,t as oe}from"./kit.js";import{api as Xt,html as C,nothing as X,number as we,renew as es,t as x,table as ts}from"./kit.js";import{Page as Qe}from"./kit.js";var h=class extends Qe{static{this.properties={...Qe.properties,study:{attribute:!1}}}get address(){return ce(this.study.slug)}has(n){return this.study.rights.includes(n)}};var Ve=6,ke=class extends h{constructor(){super(...arguments);this.download=async()=>{await es();let e=document.createElement("a");e.href=`${this.address}/codebook?format=csv`,e.download="",e.click()}}async load(){this.codebook=await Xt.get(`${this.address}/codebook`)}view(){if(!this.codebook)return C`<p class="loading">${x("loading")}</p>`;let{columns:e,traces:t}=this.codebook;return C`
      <div class="head">
        <p class="lead">${x("codebook.lead",{n:t})}</p>
        <span class="row">
          ${this.has("manage")&&this.can("studies.create")?C`<a class="button" href=${p(this.study.slug,"settings")}>${x("codebook.edit")}</a>`:X}
          <button type="button" class="primary" @click=${this.download}>${x("codebook.download")}</button>
        </span>
      </div>
      ${ts(x("part.codebook"),[{title:x("codebook.column"),cell:s=>C`<code>${s.column}</code>${s.masked?C` <span class="tag">${x("export.mask")}</span>`:X}`},{title:x("study.field.type"),cell:s=>s.type==="uuid"?"UUID":x(`type.${s.type}`)},{title:x("study.field.description"),cell:s=>C`${s.description??C`<span class="help">${x("codebook.unsaid")}</span>`}${s.unit?C`<small>${x("study.field.unit")}: ${s.unit}</small>`:X}`},{title:x("codebook.present"),end:!0,cell:s=>we(s.present)},{title:x("codebook.missing"),end:!0,cell:s=>we(s.missing)},{title:x("codebook.seen"),cell:s=>this.seen(s)}],e)}
    `}seen(e){return e.values?.length?C`${e.values.slice(0,Ve).map(t=>C`<span class="tag">${T(t.value)} · ${we(t.count)}</span> `)}${e.values.length>Ve?"…":X}`:e.minimum!==void 0?C`${T(e.minimum)} – ${T(e.maximum)}`:e.longest===void 0?X:x("codebook.lengths",{from:e.shortest??0,to:e.longest})}};customElements.define("study-codebook",ke);import{code as ue,Form as ss,html as qe,nothing as Ye,query as is,renew as ns,send as rs,t as E,zone as as}from"./kit.js";var Ke=6,xe=class extends h{constructor(){super();this.form=new ss(this);this.set=e=>t=>{this.values={...this.values,[e]:t},this.reload()};this.download=async e=>{e.preventDefault(),await ns();let t=document.createElement("a");t.href=this.target,t.download="",t.click()};this.values={for:"analysis",format:"csv"}}static{this.properties={...h.properties,preview:{state:!0},values:{state:!0}}}get parameters(){let{format:e,name:t,identities:s,corrected:r}=this.values,i=this.values.for==="sheet";return{format:e==="ndjson"?"ndjson":void 0,name:t,identities:s==="true"?!0:void 0,corrected:r==="true"?!0:void 0,...e==="ndjson"?{}:i?{bom:!0}:{formulas:"keep",timeZone:as()}}}get target(){return is(`${this.address}/traces/export`,this.parameters)}async load(){this.asked?.abort();let e=this.asked=new AbortController;this.preview=void 0;let s=(await rs("GET",this.target,void 0,{signal:e.signal,headers:{Accept:"*/*"}})).body.pipeThrough(new TextDecoderStream).getReader(),r="";for(;;){let{done:i,value:l}=await s.read();if(r+=l??"",i||r.split(`
`).length>Ke)break}e.abort(),this.asked===e&&(this.preview=r.split(/\r?\n/).slice(0,Ke).join(`
`))}view(){let e=this.values.format!=="ndjson",t=`${this.study.slug}_traces.${e?"csv":"ndjson"}`;return qe`<div class="two">
      <form class="card" novalidate @submit=${this.download}>
        <h2>${E("part.export")}</h2>
        ${this.form.field({name:"format",label:E("export.format"),type:"select",value:this.values.format,options:[["csv","CSV"],["ndjson","NDJSON"]],input:this.set("format")})}
        ${e?this.form.field({name:"for",label:E("export.for"),type:"select",value:this.values.for,options:[["analysis",E("export.for.analysis")],["sheet",E("export.for.sheet")]],input:this.set("for")}):Ye}
        ${this.form.field({name:"name",label:E("trace.name"),help:E("export.name.help"),value:this.values.name,input:this.set("name")})}
        ${this.form.field({name:"corrected",label:E("export.corrected"),type:"checkbox",value:this.values.corrected==="true",help:E("export.corrected.help"),input:this.set("corrected")})}
        ${this.has("identities")?this.form.field({name:"identities",label:E("export.identities"),type:"checkbox",value:this.values.identities==="true",help:E("export.identities.help"),input:this.set("identities")}):Ye}
        <div class="actions"><button type="submit" class="primary">${E("export.action")}</button></div>
      </form>
      <div class="stack">
        <section><h2>${E("export.preview")}</h2><div class="code"><pre class="nowrap" tabindex="0">${this.preview??E("loading")}</pre></div></section>
        ${e?qe`${ue(`traces <- read.csv("${t}", na.strings = "", fileEncoding = "UTF-8")`,"R")}
            ${ue(`import pandas as pd
traces = pd.read_csv("${t}", keep_default_na=False, na_values=[""])`,"pandas")}`:qe`${ue(`traces <- jsonlite::stream_in(file("${t}"))`,"R")}
            ${ue(`import pandas as pd
traces = pd.read_json("${t}", lines=True)`,"pandas")}`}
      </div>
    </div>`}};customElements.define("study-export",xe);import{api as tt,Form as os,html as D,nothing as O,number as ls,Problem as ds,query as st,send as cs,t as u,table as it,toast as us,zone as ps}from"./kit.js";function Se(a){let n=[],e=0,t=!1;for(let s=0;s<a.length;s++){let r=a.charCodeAt(s);r===34?t=!t:r===10&&!t&&(n.push(a.slice(e,s+1)),e=s+1)}return e<a.length&&n.push(a.slice(e)),n}function _(a,n){let e=[],t="",s=!1,r=a.replace(/\r?\n$/,"");for(let i=0;i<r.length;i++){let l=r[i];s&&l==='"'&&r[i+1]==='"'?(t+='"',i++):l==='"'?s=!s:l===n&&!s?(e.push(t),t=""):t+=l}return[...e,t]}var Ee=(a,n)=>/["\r\n]/.test(a)||a.includes(n)?`"${a.replaceAll('"','""')}"`:a;function Xe(a){return[",",";","	","|"].reduce((n,e)=>_(a,e).length>_(a,n).length?e:n)}function*et(a,n){let e="";for(let t of a)e&&e.length+t.length>n&&(yield e,e=""),e+=t;e&&(yield e)}var ms=500,hs=4e5,gs=["timestamp","name","participant","session","sequence","id"],Fe=class extends h{constructor(){super(...arguments);this.form=new os(this);this.map=new Map;this.constants=new Map;this.options={decimalComma:!1,timeFormat:"",timeZone:ps()??"UTC"};this.people=new Map;this.known=new Set;this.refused=new Map;this.take=async e=>{if(!e)return;this.form.clear(),[this.done,this.report,this.strangers]=[void 0,void 0,[]],[this.map,this.constants,this.people,this.refused]=[new Map,new Map,new Map,new Map];let t=(await e.text()).replace(/^\uFEFF/,""),[s="",...r]=Se(t),i=Xe(s);this.file={name:e.name,head:/\n$/.test(s)?s:`${s}
`,columns:_(s,i),rows:r,delimiter:i};let l=await tt.get(st(`${this.address}/participants`,{limit:1e3}),{quiet:!0});this.known=new Set(l.items.flatMap(o=>[o.pseudonym,...o.number===void 0?[]:[String(o.number)]]));for(let{column:o,target:d}of(await this.look())?.columns??[])this.map.set(o,d);this.findStrangers()};this.look=async()=>{if(this.file){this.form.clear();try{this.report=await this.ask(this.file.rows.slice(0,ms).map(this.rename).join(""),{dryRun:!0})}catch(e){if(!(e instanceof ds))throw e;this.form.take(e)}return this.requestUpdate(),this.report}};this.rename=e=>{let t=this.who;if(t<0||this.people.size===0)return e;let{delimiter:s}=this.file,r=_(e,s),i=this.people.get(r[t]??"");return i===void 0?e:(r[t]=String(i),`${r.map(l=>Ee(l,s)).join(s)}
`)};this.makePeople=async()=>{let e=["name,number,pseudonym,username,password"],t=[...this.strangers];for(;t.length;){let s=t.splice(0,1e3),{items:r}=await tt.post(`${this.address}/participants`,{count:s.length},{idempotent:!0});r.forEach((i,l)=>{this.people.set(s[l],i.number),e.push([s[l],String(i.number),i.pseudonym,i.username,i.password].map(o=>Ee(o,",")).join(","))})}this.save(`${this.study.slug}_people.csv`,`${e.join(`\r
`)}\r
`),this.findStrangers(),await this.look()};this.run=async e=>{await this.form.submit(e,async()=>{let t=this.file,s=t.rows.reduce((l,o)=>l+o.length,0),r=0,i=0;this.refused=new Map,this.done={characters:i,total:s,added:0,known:0,ended:!1};for(let l of et(t.rows,hs)){let o=await this.ask(Se(l).map(this.rename).join(""),{part:r++});i+=l.length;for(let{reason:d,count:w,value:U}of o.reasons){let z=this.refused.get(d);this.refused.set(d,{count:(z?.count??0)+w,value:z?.value??U})}this.done={characters:i,total:s,added:this.done.added+o.added,known:this.done.known+o.known,ended:!1}}this.done={...this.done,ended:!0},us(u("import.done",{n:this.done.added}))})}}static{this.properties={...h.properties,file:{state:!0},report:{state:!0},done:{state:!0},isOver:{state:!0},strangers:{state:!0}}}parameters(e){let t=i=>`"${i.replaceAll('"','""')}"`,s=[...this.map].filter(([,i])=>i),[r]=[...this.constants].filter(([i,l])=>l&&!s.some(([,o])=>o===i));return st(`${this.address}/traces/import`,{map:s.map(([i,l])=>`${l}=${t(i)}`).join(","),drop:[...this.map].filter(([,i])=>!i).map(([i])=>t(i)).join(","),constants:r?`${r[0]}=${r[1]}`:"",delimiter:this.file.delimiter,decimalComma:this.options.decimalComma||"",timeFormat:this.options.timeFormat,timeZone:this.options.timeZone,...e})}async ask(e,t){return(await cs("POST",this.parameters(t),this.file.head+e,{type:"text/csv",secret:!0})).json()}get who(){let e=[...this.map].find(([,t])=>t==="participant")?.[0];return e===void 0?-1:this.file.columns.indexOf(e)}findStrangers(){let e=this.who,t=e<0?[]:this.file.rows.map(s=>_(s,this.file.delimiter)[e]??"");this.strangers=[...new Set(t)].filter(s=>s&&!this.known.has(s)&&!this.people.has(s))}save(e,t){let s=document.createElement("a");s.href=URL.createObjectURL(new Blob([t],{type:"text/csv"})),s.download=e,s.click(),setTimeout(()=>URL.revokeObjectURL(s.href),6e4)}view(){return D`
      <p class="lead">${u("import.lead")}</p>
      <label class=${this.isOver?"drop over":"drop"}
        @dragover=${e=>{e.preventDefault(),this.isOver=!0}}
        @dragleave=${()=>this.isOver=!1}
        @drop=${e=>{e.preventDefault(),this.isOver=!1,this.take(e.dataTransfer?.files[0])}}>
        <strong>${this.file?this.file.name:u("import.drop")}</strong>
        <span>${this.file?u("import.rows",{n:this.file.rows.length}):u("import.drop.text")}</span>
        <input type="file" class="unseen" accept=".csv,.tsv,.tab,.txt,text/csv" @change=${e=>this.take(e.target.files?.[0])} />
      </label>
      ${this.file?this.showReading(this.file):O}
    `}showReading(e){let{report:t,done:s}=this,r=t?.missing??[],i=e.rows.slice(0,3).map(o=>_(o,e.delimiter)),l=this.form.busy;return D`<form class="stack" novalidate @submit=${this.run}>
      ${this.form.problemBox()}
      <section>
        <h2>${u("import.columns")}</h2>
        ${it(u("import.columns"),[{title:u("codebook.column"),cell:o=>D`<code>${e.columns[o]}</code>`},{title:u("import.sample"),wide:!0,cell:o=>i.map(d=>d[o]).filter(Boolean).join(" · ")},{title:u("import.target"),cell:o=>this.choice(e.columns[o],o)}],e.columns.map((o,d)=>d))}
      </section>
      <section class="card">
        <div class="inline">
          ${this.form.field({name:"timeZone",pointer:"?timeZone",label:u("import.zone"),value:this.options.timeZone,input:o=>this.options.timeZone=o})}
          ${this.form.field({name:"timeFormat",pointer:"?timeFormat",label:u("import.format"),value:this.options.timeFormat,placeholder:"dd.MM.yyyy HH:mm:ss",help:u("import.format.help"),input:o=>this.options.timeFormat=o})}
          ${r.includes("name")||this.constants.has("name")?this.form.field({name:"constantName",pointer:"?constants",label:u("import.constant"),value:this.constants.get("name"),input:o=>this.constants.set("name",o)}):O}
        </div>
        ${this.form.field({name:"decimalComma",label:u("import.comma"),type:"checkbox",value:this.options.decimalComma,input:o=>{this.options.decimalComma=o==="true"}})}
        <div class="actions"><button type="button" @click=${this.look}>${u("import.look")}</button></div>
      </section>
      ${this.strangers.length?D`<div class="note">
        <p>${u("import.strangers",{n:this.strangers.length})} ${this.strangers.slice(0,5).join(", ")}${this.strangers.length>5?" …":""}</p>
        ${this.has("manage")&&this.can("studies.create")?D`<p class="help">${u("import.strangers.text")}</p><button type="button" @click=${this.makePeople}>${u("import.strangers.make")}</button>`:O}
      </div>`:O}
      ${r.length?D`<p class="problem" role="status">${u("import.missing",{targets:r.map(o=>u(`target.${o}`)).join(", ")})}</p>`:t?this.showReport(t):O}
      ${s?D`<section class="card" role="status">
        <h2>${s.ended?u("import.done",{n:s.added}):u("import.running")}</h2>
        <progress class="track" max=${s.total||1} value=${s.characters} aria-label=${u("import.running")}></progress>
        <p class="help">${u("import.counts",{added:s.added,known:s.known})}</p>
        ${this.reasons([...this.refused].map(([o,{count:d,value:w}])=>({reason:o,count:d,value:w})))}
        ${s.ended?D`<div class="actions"><a class="button primary" href=${p(this.study.slug,"traces")}>${u("part.traces")}</a></div>`:O}
      </section>`:O}
      ${s?.ended?O:D`<div class="actions"><button type="submit" class="primary" ?disabled=${l||r.length>0||!t}>${s?u("import.goon"):u("import.action",{n:e.rows.length})}</button></div>`}
    </form>`}choice(e,t){let s=`data.${e}`,r=this.study.fields.map(l=>`data.${l.name}`),i=[...gs,...r,...this.study.unknownFields==="keep"&&!r.includes(s)?[s]:[]];return this.form.field({name:`target-${t}`,label:u("import.target.of",{column:e}),bare:!0,type:"select",value:this.map.get(e)??"",options:[["",u("import.unread")],...i.map(l=>[l,l.startsWith("data.")?l.slice(5):u(`target.${l}`)])],input:l=>{for(let[o,d]of this.map)l&&d===l&&this.map.set(o,"");this.map.set(e,l),this.findStrangers(),this.look()}})}showReport(e){return D`<section>
      <h2>${u("import.preview")}</h2>
      <p class="help">${u("import.preview.text",{rows:e.rows,added:e.added})}</p>
      ${e.first.length?D`<div class="code"><pre class="nowrap" tabindex="0">${e.first.slice(0,3).join(`
`)}</pre></div>`:O}
      ${this.reasons(e.reasons)}
    </section>`}reasons(e){return e.length===0?O:it(u("import.reasons"),[{title:u("import.reason"),wide:!0,cell:t=>t.reason},{title:u("import.value"),cell:t=>t.value??O},{title:u("import.count"),end:!0,cell:t=>ls(t.count)}],e)}};customElements.define("study-import",Fe);import{empty as fs,Form as $s,go as ys,html as ee,nothing as bs,query as Me,readEvents as vs,repeat as ws,t as j,time as ks}from"./kit.js";var Pe=200,Re=class extends h{constructor(){super();this.form=new $s(this);this.count=0;this.toggle=()=>{this.paused&&(this.traces=[...this.held,...this.traces].slice(0,Pe),this.held=[]),this.paused=!this.paused};this.filter=e=>this.form.submit(e,async t=>ys(Me(p(this.study.slug,"live"),t)));this.traces=[],this.held=[],this.paused=!1,this.state="connecting"}static{this.properties={...h.properties,traces:{state:!0},state:{state:!0},paused:{state:!0},held:{state:!0}}}load(){this.reading?.abort();let e=this.reading=new AbortController;this.traces=[],this.held=[];let t=Object.fromEntries([...this.query].filter(([s])=>s==="name"||s==="participant"));vs(Me(`${this.address}/traces/live`,t),e.signal,s=>{this.count++;let r=JSON.parse(s.data);this.paused?this.held=[r,...this.held].slice(0,Pe):this.traces=[r,...this.traces].slice(0,Pe)},s=>this.state=s)}disconnectedCallback(){super.disconnectedCallback(),this.reading?.abort()}view(){return ee`
      <form class="filters" novalidate @submit=${this.filter}>
        ${this.form.field({name:"name",label:j("trace.name"),value:this.query.get("name")})}
        ${this.form.field({name:"participant",label:j("trace.participant"),value:this.query.get("participant")})}
        <button type="submit">${j("filter")}</button>
        <button type="button" class=${this.paused?"primary":""} aria-pressed=${this.paused?"true":"false"} @click=${this.toggle}>
          ${this.paused?this.held.length?j("live.continue.held",{n:this.held.length}):j("live.continue"):j("live.pause")}
        </button>
      </form>
      <p class="state" role="status"><span class="dot ${this.state}" aria-hidden="true"></span>${j(`live.${this.paused?"paused":this.state}`)}</p>
      ${this.traces.length===0?fs(j("live.none"),j("live.none.text")):ee`<ol class="live">
            ${ws(this.traces,e=>e.id,e=>ee`<li>
              ${ks(e.timestamp,"clock")}
              <strong>${e.name}</strong>
              ${e.participant?ee`<a href=${Me(p(this.study.slug,"live"),{participant:e.participant})}>${e.participant}</a>`:bs}
              <span class="data">${Object.entries(e.data).map(([t,s])=>ee`<span><b>${t}</b> ${T(s)}</span> `)}</span>
            </li>`)}
          </ol>`}
    `}};customElements.define("study-live",Re);import{api as J,ask as nt,empty as qs,Form as xs,html as F,nothing as W,number as pe,openDialog as Ss,Paged as Es,query as te,renew as Fs,t as c,table as Ms,time as Ps,toast as Rs}from"./kit.js";var Ce=class extends h{constructor(){super();this.participants=new Es(this);this.progress=new Map;this.consents=new Map;this.form=new xs(this);this.signed=async e=>{let{version:t}=this.study.consent;await nt({title:c("consent.paper"),body:c("consent.paper.text",{who:e.pseudonym,version:t}),action:c("consent.paper"),run:()=>J.put(`${this.address}/participants/${e.pseudonym}/consent`,{version:t})})&&await this.reload()};this.provision=e=>{let t=e.target;return this.form.submit(e,async s=>{let{items:r}=await J.post(`${this.address}/participants`,{count:Number(s.count)},{idempotent:!0});this.cards=r,t.reset(),await this.reload(),this.querySelector(".cards")?.focus()})};this.erase=async e=>{let t=[["anonymise",c("erase.anonymise")],["destroy",c("erase.destroy")]],s=(o,d)=>te(`${this.address}/participants/${e.pseudonym}`,{then:o,dryRun:d}),r=await J.delete(s("anonymise",!0),{quiet:!0}),i=await Ss(c("erase.title",{who:e.pseudonym}),o=>F`
      <div class="dialog-body"><p>${c("erase.counts",{traces:r.traces,quarantined:r.quarantined})}</p></div>
      <div class="choices">${t.map(([d,w])=>F`<button type="button" @click=${()=>o(d)}><strong>${w}</strong><span>${c(`erase.${d}.text`)}</span></button>`)}</div>
      <div class="actions"><button type="button" class="quiet" @click=${()=>o()}>${c("cancel")}</button></div>
    `);if(!i)return;await nt({title:c(`erase.${i}`),body:c("erase.sure",{who:e.pseudonym,traces:r.traces,quarantined:r.quarantined}),action:c("erase.action"),danger:!0,run:()=>J.delete(s(i,!1))})&&(Rs(c("erase.done")),await this.reload())};this.download=async e=>{await Fs();let t=document.createElement("a");t.href=te(`${this.address}/traces/export`,{participant:e.pseudonym}),t.download="",t.click()};this.cards=[]}static{this.properties={...h.properties,cards:{state:!0}}}async load(){await Promise.all([this.participants.start(te(`${this.address}/participants`,{limit:100})),this.has("read")?this.loadProgress():void 0,this.study.consent&&this.has("manage")&&this.can("studies.create")?this.loadConsents():void 0])}async loadProgress(){let{byParticipant:e}=await J.get(`${this.address}/summary`,{quiet:!0});this.progress=new Map(e.map(t=>[t.participant,t]))}async loadConsents(){let e=te(`${this.address}/consents`,{limit:1e3});for(;e;){let t=await J.get(e,{quiet:!0});for(let s of t.items)this.consents.set(s.pseudonym,s);e=t.next}}view(){let e=this.has("manage")&&this.can("studies.create");return F`
      ${e?F`<form class="filters card" novalidate @submit=${this.provision}>
            ${this.form.problemBox()}
            ${this.form.field({name:"count",label:c("participants.count"),type:"number",value:10,required:!0,help:c("participants.count.help")})}
            <button type="submit" class="primary" ?disabled=${this.form.busy}>${c("participants.provision")}</button>
          </form>`:W}
      ${this.cards.length?F`<section class="cards" tabindex="-1" aria-label=${c("cards.title")}>
            <div class="head"><h2>${c("cards.title")}</h2><button type="button" class="primary" @click=${()=>print()}>${c("cards.print")}</button></div>
            <p class="note">${c("cards.once")}</p>
            <div class="sheet">${this.cards.map(t=>F`<article>
              <p class="for">${this.study.title} · ${pe(t.number)}</p>
              <dl><dt>${c("login.username")}</dt><dd>${t.username}</dd><dt>${c("login.password")}</dt><dd>${t.password}</dd></dl>
            </article>`)}</div>
          </section>`:W}
      ${this.loading&&!this.participants.items.length?F`<p class="loading">${c("loading")}</p>`:this.participants.items.length===0?qs(c("participants.none"),e?c("participants.none.text"):c("participants.none.ask")):F`${Ms(c("part.participants"),[...this.participants.items[0].number===void 0?[]:[{title:c("participant.number"),end:!0,cell:t=>pe(t.number)}],{title:c("participant.pseudonym"),cell:t=>F`<a href=${te(p(this.study.slug,"traces"),{participant:t.pseudonym})}>${t.pseudonym}</a>`},...this.has("identities")?[{title:c("login.username"),cell:t=>t.username??W}]:[],{title:c("summary.traces"),end:!0,cell:t=>pe(this.progress.get(t.pseudonym)?.traces??0)},{title:c("summary.sessions"),end:!0,cell:t=>pe(this.progress.get(t.pseudonym)?.sessions??0)},{title:c("summary.last"),cell:t=>Ps(this.progress.get(t.pseudonym)?.last)},...this.consents.size?[{title:c("consent.title"),cell:t=>this.consent(t)}]:[],{title:c("participant.actions"),cell:t=>F`<span class="row">
                ${this.has("read")?F`<button type="button" class="quiet" @click=${()=>this.download(t)} aria-label=${c("participant.export.one",{who:t.pseudonym})}>${c("participant.export")}</button>`:W}
                ${e?F`<button type="button" class="quiet bad" @click=${()=>this.erase(t)} aria-label=${c("erase.title",{who:t.pseudonym})}>${c("erase.action")}</button>`:W}
              </span>`}],this.participants.items)}${this.participants.button()}`}
    `}consent(e){let s=this.consents.get(e.pseudonym)?.state??"missing";return F`<span class="tag ${s==="given"?"":"bad"}">${c(`consent.${s}`)}</span>
      ${s==="given"||s==="withdrawn"?W:F`<button type="button" class="quiet" aria-label=${c("consent.paper.one",{who:e.pseudonym})} @click=${()=>this.signed(e)}>${c("consent.paper.action")}</button>`}`}};customElements.define("study-participants",Ce);import{api as Q,ask as De,empty as Cs,html as M,nothing as se,number as Ds,Paged as Os,Problem as Ts,query as ie,send as js,t as $,time as at,toast as ot}from"./kit.js";function rt(a,n){let e=n.split("/").slice(1).map(l=>l.replaceAll("~1","/").replaceAll("~0","~")),t=0,s=()=>{for(;/\s/.test(a[t]??"");)t++},r=()=>{let l=t++;for(;t<a.length&&a[t]!=='"';)t+=a[t]==="\\"?2:1;t++;try{return JSON.parse(a.slice(l,t))}catch{return""}},i=l=>{s();let o=t,d;if(a[t]==='"')r();else if(a[t]==="{"||a[t]==="["){let w=a[t]==="{"?"}":"]";t++;for(let U=0;s(),!(t>=a.length||a[t]===w);U++){let z=String(U);if(w==="}"){if(a[t]!=='"')throw new SyntaxError;if(z=r(),s(),a[t]!==":")throw new SyntaxError;t++}let Lt=i(l[0]===z?l.slice(1):[]);if(l.length>0&&l[0]===z&&(d=Lt),s(),a[t]===",")t++;else if(a[t]!==w)throw new SyntaxError}t++}else{for(;t<a.length&&!/[\s,}\]]/.test(a[t]);)t++;if(t===o)throw new SyntaxError}return d??[o,t]};try{return i(e)}catch{return[Math.min(t,a.length),Math.min(t+1,a.length)]}}var Oe=class extends h{constructor(){super(...arguments);this.reasons=[];this.traces=new Os(this);this.putBack=async e=>{let t=l=>ie(`${this.address}/quarantine/put-back`,{reason:e,dryRun:l}),s=await Q.post(t(!0),void 0,{quiet:!0});if(s.putBack+s.duplicates===0){await De({title:$("quarantine.putback"),body:$("quarantine.putback.none",{n:s.kept}),action:$("ok"),run:async()=>{}});return}let r=s;await De({title:$("quarantine.putback"),body:$("quarantine.putback.text",{putBack:s.putBack,kept:s.kept}),action:$("quarantine.putback.action"),run:async()=>r=await Q.post(t(!1))})&&(ot($("quarantine.putback.done",{n:r.putBack})),await this.reload())};this.dismiss=async e=>{let t=i=>ie(`${this.address}/quarantine/dismiss`,{reason:e,dryRun:i}),{dismissed:s}=await Q.post(t(!0),void 0,{quiet:!0});await De({title:$("quarantine.dismiss"),body:$("quarantine.dismiss.text",{n:s}),action:$("quarantine.dismiss.action"),danger:!0,run:()=>Q.post(t(!1))})&&await this.reload()};this.edit=async e=>{let t=e.masked&&this.has("identities")?await Q.get(`${this.address}/quarantine/${e.id}?identities=true`,{quiet:!0}):e;this.editing=t,this.errors=t.errors,this.said="",this.text=this.pretty(t.text??""),await this.updateComplete,this.show(t.errors[0])};this.mend=async()=>{let{editing:e}=this;if(e)try{await js("PUT",`${this.address}/quarantine/${e.id}`,this.text),ot($("quarantine.mended")),await this.reload()}catch(t){if(!(t instanceof Ts))throw t;this.errors=t.errors,this.said=t.detail,await this.updateComplete,this.show(t.errors[0])}}}static{this.properties={...h.properties,editing:{state:!0},text:{state:!0},errors:{state:!0},said:{state:!0}}}async load(){this.editing=void 0;let e=this.query.get("reason"),[t]=await Promise.all([Q.get(ie(`${this.address}/quarantine/reasons`,{limit:100}),{quiet:e!==null}),e===null?void 0:this.traces.start(ie(`${this.address}/quarantine`,{reason:e,limit:50}))]);this.reasons=t.items}whyNot(e){return e.masked?$("quarantine.masked"):e.text===void 0||new TextEncoder().encode(e.text).length<e.length?$("quarantine.cut"):void 0}pretty(e){try{return JSON.stringify(JSON.parse(e),null,2)}catch{return e}}show(e){let t=this.querySelector("textarea");if(!t)return;t.focus();let s=e?rt(this.text,e.pointer):void 0;if(s){t.setSelectionRange(s[0],s[1]);let r=this.text.slice(0,s[0]).split(`
`).length;t.scrollTop=Math.max(0,(r-4)*20)}}view(){let e=this.query.get("reason");return this.loading&&!this.reasons.length?M`<p class="loading">${$("loading")}</p>`:this.reasons.length===0?Cs($("quarantine.none"),$("quarantine.none.text")):M`
      <div class="head">
        <p class="lead">${$("quarantine.lead")}</p>
        <button type="button" @click=${()=>this.putBack()}>${$("quarantine.putback.all")}</button>
      </div>
      <ul class="reasons">
        ${this.reasons.map(t=>M`<li class=${t.reason===e?"card current":"card"}>
          <div class="grow">
            <a href=${ie(p(this.study.slug,"quarantine"),{reason:t.reason})} aria-current=${t.reason===e?"true":se}>
              ${t.errors.map(s=>M`<span class="fault"><code>${s.pointer||"/"}</code> ${s.detail}</span>`)}
            </a>
            <p class="help">${$("quarantine.count",{n:t.count})} · ${at(t.lastReceivedAt)}</p>
          </div>
          <span class="row">
            <button type="button" class="quiet" @click=${()=>this.putBack(t.reason)}>${$("quarantine.putback")}</button>
            <button type="button" class="quiet bad" @click=${()=>this.dismiss(t.reason)}>${$("quarantine.dismiss")}</button>
          </span>
        </li>`)}
      </ul>
      ${e?this.list():se}
    `}list(){return M`<div class="two">
      <section>
        <h2>${$("quarantine.traces")}</h2>
        <ul class="rejected">
          ${this.traces.items.map(e=>M`<li>
            <button type="button" aria-pressed=${this.editing?.id===e.id?"true":"false"} @click=${()=>this.edit(e)}>
              <span>${at(e.receivedAt)}${e.times>1?M` · ${$("quarantine.times",{n:e.times})}`:se}${e.participant===void 0?se:M` · ${$("participant.number")} ${Ds(e.participant)}`}</span>
              <code>${(e.text??$("quarantine.nottext")).slice(0,160)}</code>
            </button>
          </li>`)}
        </ul>
        ${this.traces.button()}
      </section>
      <section>
        ${this.editing?M`<h2>${$("quarantine.editor")}</h2>
            ${this.said?M`<p class="problem" role="alert">${this.said}</p>`:se}
            <ul class="faults" id="faults">
              ${this.errors.map(e=>M`<li><button type="button" class="quiet bad" @click=${()=>this.show(e)}><code>${e.pointer||"/"}</code> ${e.detail}</button></li>`)}
            </ul>
            <label class="unseen" for="mend">${$("quarantine.editor")}</label>
            <textarea id="mend" class="editor" spellcheck="false" rows="16" aria-describedby="faults" .value=${this.text}
              @input=${e=>this.text=e.target.value}></textarea>
            ${this.whyNot(this.editing)?M`<p class="note">${this.whyNot(this.editing)}</p>`:M`<div class="actions"><button type="button" class="primary" @click=${this.mend}>${$("quarantine.mend")}</button></div>`}`:M`<p class="help">${$("quarantine.choose")}</p>`}
      </section>
    </div>`}};customElements.define("study-quarantine",Oe);import{duration as pt,empty as mt,html as N,nothing as Le,number as B,Paged as ht,query as he,t as g,table as gt,time as Bs}from"./kit.js";import{api as Ls,duration as Ns,empty as As,html as L,nothing as me,number as Te,query as lt,svg as Us,t as k,table as Hs,time as dt}from"./kit.js";var ct=1e3,ut=14,ne=a=>{let n=Math.round(a/1e3),e=t=>String(t).padStart(2,"0");return n<3600?`${Math.floor(n/60)}:${e(n%60)}`:`${Math.floor(n/3600)}:${e(Math.floor(n/60)%60)}:${e(n%60)}`},je=class extends h{constructor(){super(...arguments);this.traces=[];this.hasMore=!1}async load(){let[e,t]=[this.query.get("participant"),this.query.get("session")],s=await Ls.get(lt(`${this.address}/traces`,{participant:e,session:t,limit:ct}));this.hasMore=s.next!==null,this.traces=s.items.sort((r,i)=>Date.parse(r.timestamp)-Date.parse(i.timestamp)||(r.sequence??0)-(i.sequence??0))}view(){let[e,t]=[this.query.get("participant"),this.query.get("session")],s=L`<p class="crumbs"><a href=${p(this.study.slug,"sessions")}>${k("part.sessions")}</a></p>`;if(this.loading&&!this.traces.length)return L`${s}<p class="loading">${k("loading")}</p>`;if(this.traces.length===0)return L`${s}${As(k("traces.none"),k("traces.none.filter"))}`;let[r,i]=[Date.parse(this.traces[0].timestamp),Date.parse(this.traces.at(-1).timestamp)],l=this.missing();return L`
      ${s}
      <div class="head"><h2>${k("timeline.title",{session:t,participant:e})}</h2>
        <a class="button quiet" href=${lt(p(this.study.slug,"traces"),{participant:e,session:t})}>${k("part.traces")}</a></div>
      ${this.hasMore?L`<p class="note">${k("timeline.more",{n:ct})}</p>`:me}
      <section class="card">
        <dl class="facts inline-facts"><dt>${k("sessions.start")}</dt><dd>${dt(this.traces[0].timestamp)}</dd><dt>${k("sessions.length")}</dt><dd>${Ns((i-r)/1e3)}</dd>
          <dt>${k("summary.traces")}</dt><dd>${Te(this.traces.length)}</dd>${l.length?L`<dt>${k("sessions.missing")}</dt><dd>${l.map(Te).join(", ")}</dd>`:me}</dl>
        <div class="timeline" role="img" aria-label=${k("timeline.label",{n:this.traces.length})}>${this.lanes(r,Math.max(i-r,1))}</div>
        <p class="axis help"><span>${ne(0)}</span><span>${ne((i-r)/2)}</span><span>${ne(i-r)}</span></p>
      </section>
      ${Hs(k("timeline.title",{session:t,participant:e}),[{title:k("timeline.after"),end:!0,cell:o=>ne(Date.parse(o.timestamp)-r)},{title:k("trace.time"),cell:o=>dt(o.timestamp)},{title:k("timeline.sequence"),end:!0,cell:o=>o.sequence===void 0?me:Te(o.sequence)},{title:k("trace.name"),cell:o=>o.name},{title:k("timeline.data"),wide:!0,cell:o=>Object.entries(o.data).map(([d,w])=>L`<b>${d}</b> ${T(w)} `)}],this.traces)}
    `}lanes(e,t){let s=new Map;for(let d of this.traces)s.set(d.name,(s.get(d.name)??0)+1);let r=[...s].sort((d,w)=>w[1]-d[1]).map(([d])=>d),i=r.slice(0,ut),l=d=>this.traces.filter(w=>d(w.name)),o=(d,w)=>L`<div class="lane"><span title=${d}>${d}</span>
      <svg>${w.map(U=>Us`<circle cx="${(1+98*(Date.parse(U.timestamp)-e)/t).toFixed(2)}%" cy="12" r="4.5"><title>${U.name}, ${ne(Date.parse(U.timestamp)-e)}</title></circle>`)}</svg></div>`;return L`${i.map(d=>o(d,l(w=>w===d)))}${r.length>ut?o(k("timeline.others"),l(d=>!i.includes(d))):me}`}missing(){let e=new Set(this.traces.flatMap(s=>s.sequence===void 0?[]:[s.sequence])),t=[];if(this.hasMore||e.size===0)return t;for(let s=Math.min(...e);s<Math.max(...e)&&t.length<20;s++)e.has(s)||t.push(s);return t}};customElements.define("study-timeline",je);var ft=12,Ne=class extends h{constructor(){super(...arguments);this.sessions=new ht(this);this.gaps=new ht(this)}get isOne(){return this.query.has("session")&&this.query.has("participant")}get onlyGaps(){return this.query.get("only")==="gaps"}async load(){if(this.isOne)return;let e={participant:this.query.get("participant"),limit:100};this.onlyGaps?await this.gaps.start(he(`${this.address}/gaps`,e)):await this.sessions.start(he(`${this.address}/sessions`,e))}link(e,t){return t===void 0?N`<span class="help">${g("sessions.without")}</span>`:N`<a href=${he(p(this.study.slug,"sessions"),{participant:e,session:t})}>${t}</a>`}view(){if(this.isOne)return N`<study-timeline .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-timeline>`;let e=t=>he(p(this.study.slug,"sessions"),{participant:this.query.get("participant"),only:t});return N`
      <div class="head">
        <p class="lead">${this.onlyGaps?g("gaps.lead"):g("sessions.lead")}</p>
        <nav class="row" aria-label=${g("sessions.show")}>
          <a class="button quiet" href=${e("")} aria-current=${this.onlyGaps?Le:"page"}>${g("sessions.all")}</a>
          <a class="button quiet" href=${e("gaps")} aria-current=${this.onlyGaps?"page":Le}>${g("sessions.gaps")}</a>
        </nav>
      </div>
      ${this.loading?N`<p class="loading">${g("loading")}</p>`:this.onlyGaps?this.showGaps():this.showSessions()}
    `}showSessions(){return this.sessions.items.length===0?mt(g("sessions.none"),g("sessions.none.text")):N`${gt(g("part.sessions"),[{title:g("trace.session"),cell:e=>this.link(e.participant,e.session)},{title:g("trace.participant"),cell:e=>e.participant},{title:g("sessions.start"),cell:e=>Bs(e.start)},{title:g("sessions.length"),end:!0,cell:e=>pt(e.seconds)},{title:g("summary.traces"),end:!0,cell:e=>B(e.traces)},{title:g("sessions.missing"),end:!0,cell:e=>e.sequence?.missing?N`<span class="tag bad">${B(e.sequence.missing)}</span>`:e.sequence?B(0):Le},{title:g("sessions.clock"),cell:e=>this.clock(e)}],this.sessions.items)}${this.sessions.button()}`}clock(e){let{ahead:t}=e.clock;if(t===void 0)return N`<span class="help">${g("clock.unknown")}</span>`;if(e.clock.correction===0)return g("clock.right");let s=pt(Math.abs(t));return t>0?g("clock.ahead",{by:s}):g("clock.behind",{by:s})}showGaps(){return this.gaps.items.length===0?mt(g("gaps.none"),g("gaps.none.text")):N`${gt(g("sessions.gaps"),[{title:g("trace.session"),cell:e=>this.link(e.participant,e.session)},{title:g("trace.participant"),cell:e=>e.participant},{title:g("gaps.received"),end:!0,cell:e=>B(e.received)},{title:g("sessions.missing"),end:!0,cell:e=>e.missing===void 0?g("gaps.many"):B(e.missing)},{title:g("gaps.which"),wide:!0,cell:e=>$t(e.gaps)},{title:g("gaps.repeated"),wide:!0,cell:e=>$t(e.repeatedNumbers)}],this.gaps.items)}${this.gaps.button()}`}};function $t(a){return`${a.slice(0,ft).map(e=>e.from===e.to?B(e.from):`${B(e.from)}–${B(e.to)}`).join(", ")}${a.length>ft?" …":""}`}customElements.define("study-sessions",Ne);import{api as wt,ask as zs,Form as Js,go as Ws,html as V,nothing as kt,Problem as Qs,t as m,tagged as qt,toast as xt}from"./kit.js";import{api as Ae,ask as Is,Form as Zs,html as A,nothing as ge,Paged as yt,query as fe,t as f,table as bt,time as _s,toast as Gs}from"./kit.js";var vt=["read","write","manage","identities"],Ue=class extends h{constructor(){super(...arguments);this.holders=new yt(this);this.openings=new yt(this);this.find=new Zs(this);this.add=e=>this.find.submit(e,async t=>{let s=await Ae.get(fe(`${this.address}/rights/candidate`,{username:t.username}));e.target.reset(),await this.change(s)});this.change=async e=>{let t=new Set(e.rights),s="",r=o=>d=>{d.target.checked?t.add(o):t.delete(o)},i=`${this.address}/rights/${e.account}`;await Is({title:f("rights.of",{who:e.username??e.account}),body:A`${vt.map(o=>A`<div class="field check"><input id="right-${o}" type="checkbox" ?checked=${t.has(o)} @change=${r(o)} aria-describedby="right-${o}-help" />
          <label for="right-${o}">${f(`right.${o}`)}</label><p class="help" id="right-${o}-help">${f(`right.${o}.text`)}</p></div>`)}
        <div class="field"><label for="right-purpose">${f("rights.purpose")}</label><input id="right-purpose" autocomplete="off" aria-describedby="right-purpose-help" @input=${o=>s=o.target.value} /><p class="help" id="right-purpose-help">${f("rights.purpose.help")}</p></div>`,action:f("save"),run:async()=>{t.size>0?await Ae.put(fe(i,{purpose:s}),{rights:vt.filter(o=>t.has(o))}):e.rights.length>0&&await Ae.delete(i)}})&&(Gs(f("saved")),await this.reload())}}async load(){await Promise.all([this.holders.start(fe(`${this.address}/rights`,{limit:100}),{quiet:!0}),this.openings.start(fe(`${this.address}/identity-openings`,{limit:20}),{quiet:!0})])}view(){return A`
      <section class="card">
        <h2>${f("rights.title")}</h2>
        <p class="help">${f("rights.lead")}</p>
        ${bt(f("rights.title"),[{title:f("login.username"),wide:!0,cell:e=>A`${e.username??f("me.opening.unknown")}${e.displayName?A`<small>${e.displayName}</small>`:ge}`},{title:f("rights.title"),cell:e=>e.owner?A`<span class="tag">${f("rights.owner")}</span>`:e.rights.map(t=>A`<span class="tag">${f(`right.${t}`)}</span> `)},{title:f("participant.actions"),cell:e=>e.owner?ge:A`<button type="button" class="quiet" aria-label=${f("people.actions",{who:e.username??e.account})} @click=${()=>this.change(e)}>${f("people.change")}</button>`}],this.holders.items)}${this.holders.button()}
        <form class="filters" novalidate @submit=${this.add}>
          ${this.find.problemBox()}
          ${this.find.field({name:"username",pointer:"?username",label:f("rights.add"),help:f("rights.add.help"),required:!0})}
          <button type="submit" ?disabled=${this.find.busy}>${f("rights.add.action")}</button>
        </form>
      </section>
      ${this.openings.items.length?A`<section class="card">
        <h2>${f("openings.title")}</h2>
        ${bt(f("openings.title"),[{title:f("trace.time"),cell:e=>_s(e.at)},{title:f("me.opening.by"),cell:e=>e.by?.username??f("me.opening.unknown")},{title:f("me.opening.what"),cell:e=>e.kind==="given"?f("openings.given",{to:e.to?.username??f("me.opening.unknown")}):f("openings.read")},{title:f("rights.purpose"),wide:!0,cell:e=>e.purpose??ge}],this.openings.items)}${this.openings.button()}
      </section>`:ge}
    `}};customElements.define("study-rights",Ue);var He=class extends h{constructor(){super(...arguments);this.form=new Js(this);this.fields=new Z(this,this.form);this.tag="";this.asksConsent=!1;this.save=e=>this.form.submit(e,async t=>{let s=this.consent(t),r={title:t.title,fields:this.fields.definitions(),unknownFields:t.unknownFields,retentionDays:t.retentionDays?Number(t.retentionDays):null,...s?{consent:s}:{}};try{await wt.patch(this.address,r,{headers:{"If-Match":this.tag}})}catch(i){if(!(i instanceof Qs)||i.status!==412)throw i;this.isOld=!0;return}xt(m("saved")),await this.reload()});this.keepMine=async()=>{let[e,t]=await qt(this.address,{quiet:!0});this.tag=t,this.isOld=!1,this.tell(e),await this.updateComplete,this.querySelector("form.study").requestSubmit()};this.erase=async()=>{let e="";await zs({title:m("study.delete"),body:V`<p>${m("study.delete.text")}</p><div class="field"><label for="confirm-slug">${m("study.delete.confirm",{slug:this.study.slug})}</label>
        <input id="confirm-slug" autocomplete="off" spellcheck="false" @input=${s=>e=s.target.value} /></div>`,action:m("study.delete"),danger:!0,run:()=>wt.delete(`${this.address}?confirm=${encodeURIComponent(e)}`)})&&(xt(m("study.deleted")),Ws("/console/studies"))}}static{this.properties={...h.properties,draft:{state:!0},isOld:{state:!0}}}async load(){let[e,t]=await qt(this.address);[this.draft,this.tag,this.isOld,this.asksConsent]=[e,t,!1,e.consent!==void 0],this.fields=new Z(this,this.form,e.fields),this.form.clear(),this.tell(e)}tell(e){this.dispatchEvent(new CustomEvent("study-changed",{detail:e}))}consent(e){let t=this.draft.consent;if(!this.asksConsent)return;let[s,r]=[e.consentText??"",e.consentUrl||void 0],i=!t||s!==t.text||(r??null)!==(t.url??null);return{required:e.consentRequired==="on",version:(t?.version??0)+(i?1:0),text:s,url:r??null,renew:e.consentRenew==="on"}}view(){let{draft:e}=this;return e?V`
      <form class="card study" novalidate @submit=${this.save}>
        <h2>${m("part.settings")}</h2>
        ${this.isOld?V`<div class="problem" role="alert"><p><strong>${m("study.old")}</strong> ${m("study.old.text")}</p>
              <div class="actions"><button type="button" @click=${()=>this.reload()}>${m("study.old.theirs")}</button><button type="button" class="primary" @click=${this.keepMine}>${m("study.old.mine")}</button></div></div>`:this.form.problemBox()}
        ${this.form.field({name:"title",label:m("study.title"),required:!0,value:e.title})}
        ${this.fields.view()}
        ${this.form.field({name:"unknownFields",label:m("study.unknown"),type:"select",value:e.unknownFields,options:[["keep",m("study.unknown.keep")],["refuse",m("study.unknown.refuse")]]})}
        ${this.form.field({name:"retentionDays",label:m("study.retention"),type:"number",value:e.retentionDays,help:m("study.retention.help")})}
        ${this.showConsent(e)}
        <div class="actions"><button type="submit" class="primary" ?disabled=${this.form.busy}>${m("save")}</button></div>
      </form>
      <study-rights .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-rights>
      <section class="card danger">
        <h2>${m("study.delete")}</h2><p class="help">${m("study.delete.help")}</p>
        <div class="actions"><button type="button" class="danger" @click=${this.erase}>${m("study.delete")}</button></div>
      </section>
    `:V`<p class="loading">${m("loading")}</p>`}showConsent(e){let{consent:t}=e;return V`<fieldset>
      <legend>${m("consent.title")}</legend>
      <p class="help">${t?m("consent.version",{version:t.version}):m("consent.help")}</p>
      ${t?kt:this.form.field({name:"asksConsent",label:m("consent.ask"),type:"checkbox",value:this.asksConsent,input:s=>{this.asksConsent=s==="true",this.requestUpdate()}})}
      ${this.asksConsent?V`${this.form.field({name:"consentText",pointer:"/consent/text",label:m("consent.text"),type:"textarea",rows:5,value:t?.text??"",help:m("consent.text.help")})}
            ${this.form.field({name:"consentUrl",pointer:"/consent/url",label:m("consent.url"),value:t?.url??""})}
            ${this.form.field({name:"consentRequired",pointer:"/consent/required",label:m("consent.required"),type:"checkbox",value:t?.required??!0,help:m("consent.required.help")})}
            ${this.form.field({name:"consentRenew",pointer:"/consent/renew",label:m("consent.renew"),type:"checkbox",value:t?.renew??!0,help:m("consent.renew.help")})}`:kt}
    </fieldset>`}};customElements.define("study-settings",He);import{api as Ze,createRef as Ys,curl as Ks,duration as Xs,empty as ei,html as R,locale as ti,nothing as G,number as re,Problem as Pt,query as $e,ref as si,t as y,time as Rt,toast as Ct,zone as ii}from"./kit.js";import{html as Y,language as Vs,number as Be,svg as St,t as Ie}from"./kit.js";var Et=(a,n)=>new Intl.DateTimeFormat(Vs,{weekday:n,timeZone:"UTC"}).format(new Date(Date.UTC(2024,0,a)));function Ft(a){let n=Array.from({length:24},()=>0);for(let s of a)n[s.hour]+=s.traces;let e=Math.max(...n,1),t=n.indexOf(e);return Y`<section class="card">
    <h2>${Ie("summary.hours")}</h2>
    <svg class="hours" viewBox="0 0 240 90" role="img" aria-label=${Ie("summary.hours.label",{hour:Math.max(t,0)})}>
      ${n.map((s,r)=>St`<rect x=${r*10+1.2} width="7.6" rx="1" y=${78-72*s/e} height=${72*s/e}><title>${r}:00 – ${Be(s)}</title></rect>`)}
      ${[0,6,12,18,23].map(s=>St`<text x=${s*10+5} y="88" text-anchor="middle">${s}</text>`)}
    </svg>
  </section>`}function Mt(a){let n=new Map(a.map(s=>[s.weekday*24+s.hour,s.traces])),e=Math.max(...n.values(),1),t=(s,r)=>{let i=n.get(s*24+r)??0;return Y`<td class="heat-${i===0?0:Math.ceil(5*i/e)}" title="${Et(s,"long")} ${r}:00 – ${Be(i)}"><span class="unseen">${Be(i)}</span></td>`};return Y`<section class="card">
    <h2>${Ie("summary.week")}</h2>
    <table class="heat">
      <thead><tr><td></td>${Array.from({length:24},(s,r)=>Y`<th scope="col">${r%6===0||r===23?r:Y`<span class="unseen">${r}</span>`}</th>`)}</tr></thead>
      <tbody>${[1,2,3,4,5,6,7].map(s=>Y`<tr><th scope="row">${Et(s,"short")}</th>${Array.from({length:24},(r,i)=>t(s,i))}</tr>`)}</tbody>
    </table>
  </section>`}var _e=class extends h{constructor(){super(...arguments);this.plot=Ys()}async load(){try{this.summary=await Ze.get($e(`${this.address}/summary`,{timeZone:ii()}))}catch(e){if(!(e instanceof Pt)||e.status!==400)throw e;this.summary=await Ze.get(`${this.address}/summary`)}}disconnectedCallback(){super.disconnectedCallback(),this.stop?.()}view(){let e=this.summary;return e?e.traces===0?this.first():R`
      <dl class="tiles">
        ${this.tile(y("summary.traces"),re(e.traces))}
        ${this.tile(y("summary.participants"),re(e.participants))}
        ${this.tile(y("summary.sessions"),re(e.sessions),e.rates.sessionSeconds?y("summary.session.length",{length:Xs(e.rates.sessionSeconds)}):G)}
        ${e.sequences.missing?this.tile(y("summary.missing"),re(e.sequences.missing),R`<a href="${p(this.study.slug,"sessions")}?only=gaps">${y("summary.missing.where")}</a>`):G}
        ${this.tile(y("summary.last"),Rt(e.last),R`${y("summary.first")} ${Rt(e.first,"day")}`)}
      </dl>
      ${e.complete?G:R`<p class="note">${y("summary.incomplete")}</p>`}
      <section class="card">
        <div class="head"><h2>${y("summary.days")}</h2><span class="help">${e.timeZone}</span></div>
        <div class="plot" role="img" aria-label=${y("summary.days.label",{n:e.days.length})} ${si(this.plot)}></div>
      </section>
      <div class="grid">
        ${Ft(e.week)}
        ${Mt(e.week)}
        <section class="card">
          <h2>${y("summary.names")}</h2>
          ${this.bars(e.names.slice(0,12).map(t=>({label:t.name,value:t.traces,href:$e(p(this.study.slug,"traces"),{name:t.name})})))}
        </section>
        <section class="card">
          <h2>${y("summary.byparticipant")}</h2>
          ${this.bars(e.byParticipant.slice(0,12).map(t=>({label:t.participant,value:t.traces,href:$e(p(this.study.slug,"traces"),{participant:t.participant})})))}
        </section>
        ${e.fields.filter(t=>t.values.length>0).map(t=>R`<section class="card">
          <h2>${t.name}</h2>
          ${this.bars(t.values.slice(0,12).map(s=>({label:String(s.value),value:s.traces,href:$e(p(this.study.slug,"traces"),{[`data.${t.name}`]:String(s.value)})})))}
        </section>`)}
      </div>
    `:R`<p class="loading">${y("loading")}</p>`}tile(e,t,s=G){return R`<div class="tile"><dt>${e}</dt><dd>${t}</dd>${s===G?G:R`<dd class="help">${s}</dd>`}</div>`}bars(e){let t=Math.max(...e.map(s=>s.value),1);return R`<ul class="bars">
      ${e.map(s=>R`<li>
        <a href=${s.href}>${s.label===""?"∅":s.label}</a><span class="count">${re(s.value)}</span>
        <progress class="track" aria-hidden="true" max=${t} value=${s.value}></progress>
      </li>`)}
    </ul>`}first(){let e=JSON.stringify(K(this.study.fields)),t=Ks({method:"POST",path:`${this.address}/traces`,body:e,type:"application/json"},this.me.username),s=async()=>{try{await Ze.post(`${this.address}/traces`,K(this.study.fields),{idempotent:!0}),Ct(y("first.sent")),await this.reload()}catch(r){Ct(r instanceof Pt?r.detail:String(r))}};return ei(y("first.title"),y("first.text"),R`<ol class="steps">
        <li><h3>${y("first.participants")}</h3><p>${y("first.participants.text")}</p><a class="button primary" href=${p(this.study.slug,"participants")}>${y("first.participants.action")}</a></li>
        <li><h3>${y("first.game")}</h3><p>${y("first.game.text")}</p><div class="code"><pre tabindex="0">${t.replace(` -u '${this.me.username}'`," -u PLAYER:PASSWORD").replace(" -H ",` \\
  -H `).replace(" -d ",` \\
  -d `)}</pre></div></li>
        <li><h3>${y("first.live")}</h3><p>${y("first.live.text")}</p><a class="button" href=${p(this.study.slug,"live")}>${y("part.live")}</a>
        ${this.study.number===void 0?G:R`<button type="button" @click=${s}>${y("first.send")}</button>`}</li>
      </ol>`)}updated(){let e=this.plot.value;if(!e||!this.summary||this.drawn===this.summary)return;this.drawn=this.summary;let{days:t}=this.summary;import("./charts.js").then(({barsOverTime:s})=>{this.stop?.(),this.stop=s(e,t.map(r=>Date.parse(`${r.day}T00:00:00Z`)/1e3),{label:y("summary.traces"),values:t.map(r=>r.traces)},ti,!0)})}};customElements.define("study-summary",_e);import{empty as ni,Form as ri,go as ai,html as I,nothing as ae,Paged as oi,query as ye,t as b,table as li,time as di}from"./kit.js";var ci=["name","participant","session"],Dt=a=>{if(!a||Number.isNaN(Date.parse(a)))return"";let n=new Date(a);return new Date(n.getTime()-n.getTimezoneOffset()*6e4).toISOString().slice(0,19)},Ot=a=>a?new Date(a).toISOString():"",Ge=class extends h{constructor(){super(...arguments);this.traces=new oi(this);this.form=new ri(this);this.apply=e=>this.form.submit(e,async t=>{let{field:s,value:r,from:i,to:l,order:o,...d}=t;ai(ye(p(this.study.slug,"traces"),{...d,order:o==="oldest"?o:"",from:Ot(i),to:Ot(l),...s&&r?{[`data.${s}`]:r}:{}}))})}get filters(){return Object.fromEntries([...this.query].filter(([e])=>["name","participant","session","from","to"].includes(e)||e.startsWith("data.")))}get order(){return this.query.get("order")==="oldest"?"oldest":"newest"}async load(){await this.traces.start(ye(`${this.address}/traces`,{...this.filters,order:this.order,limit:100}))}view(){let e=this.study.fields.filter(i=>i.type!=="json"),[t]=[...this.query].filter(([i])=>i.startsWith("data.")),s=this.study.fields.slice(0,6),r=new Set(s.map(i=>i.name));return I`
      <form class="filters" novalidate @submit=${this.apply}>
        ${this.form.problemBox()}
        ${ci.map(i=>this.form.field({name:i,pointer:`?${i}`,label:b(`trace.${i}`),value:this.query.get(i)}))}
        ${this.form.field({name:"from",pointer:"?from",label:b("trace.from"),type:"datetime-local",value:Dt(this.query.get("from"))})}
        ${this.form.field({name:"to",pointer:"?to",label:b("trace.to"),type:"datetime-local",value:Dt(this.query.get("to"))})}
        ${e.length?I`${this.form.field({name:"field",label:b("trace.field"),type:"select",value:t?.[0].slice(5)??"",options:[["","–"],...e.map(i=>[i.name,i.name])]})}
              ${this.form.field({name:"value",label:b("trace.value"),value:t?.[1]??""})}`:ae}
        ${this.form.field({name:"order",pointer:"?order",label:b("traces.order"),type:"select",value:this.order,options:[["newest",b("order.newest")],["oldest",b("order.oldest")]]})}
        <button type="submit" class="primary">${b("filter")}</button>
        ${Object.keys(this.filters).length?I`<a class="button quiet" href=${p(this.study.slug,"traces")}>${b("filter.clear")}</a>`:ae}
      </form>
      ${this.loading&&!this.traces.items.length?I`<p class="loading">${b("loading")}</p>`:this.traces.items.length===0&&!this.traces.next?ni(b("traces.none"),Object.keys(this.filters).length?b("traces.none.filter"):b("traces.none.text")):I`<p class="help">${b("traces.share")}</p>
          ${li(b("part.traces"),[{title:b("trace.time"),cell:i=>di(i.timestamp)},{title:b("trace.name"),cell:i=>i.name},{title:b("trace.participant"),cell:i=>i.participant?I`<a href=${ye(p(this.study.slug,"traces"),{participant:i.participant})}>${i.participant}</a>`:ae},{title:b("trace.session"),cell:i=>i.session&&i.participant?I`<a href=${ye(p(this.study.slug,"sessions"),{participant:i.participant,session:i.session})}>${i.session}</a>`:i.session??ae},...s.map(i=>({title:i.name,end:i.type==="integer"||i.type==="number",cell:l=>T(l.data[i.name])})),{title:b("trace.rest"),cell:i=>{let l=Object.entries(i.data).filter(([o])=>!r.has(o));return l.length?I`<code class="rest">${JSON.stringify(Object.fromEntries(l))}</code>`:ae}}],this.traces.items)}${this.traces.button()}`}
    `}};customElements.define("study-traces",Ge);var ze=class extends jt{static{this.properties={...jt.properties,study:{state:!0}}}async load(){let[n]=this.path;this.study?.slug!==n&&(this.study=await ui.get(ce(n),{quiet:!0}))}get parts(){let n=this.study.rights;return[...n.includes("read")?["summary","live","traces","sessions","export","codebook"]:[],...n.some(e=>e==="read"||e==="manage"||e==="identities")?["participants"]:[],...n.includes("write")&&this.can("traces.write")?["import"]:[],...n.includes("manage")?["quarantine",...this.can("studies.create")?["settings"]:[]]:[]]}view(){let n=this.study;if(!n||n.slug!==this.path[0])return S`<p class="loading">${oe("loading")}</p>`;let e=this.path[1]??this.parts[0];return S`
      <p class="crumbs"><a href="/console/studies">${oe("studies.title")}</a></p>
      <h1>${n.title}</h1>
      ${this.parts.length?S`<nav class="tabs" aria-label=${n.title}>
            ${this.parts.map(t=>S`<a href=${p(n.slug,t)} aria-current=${t===e?"page":Tt}>${oe(`part.${t}`)}</a>`)}
          </nav>`:S`<p class="lead">${oe("study.norights")}</p>`}
      ${this.show(e)}
    `}show(n){switch(n){case"summary":return S`<study-summary .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-summary>`;case"live":return S`<study-live .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-live>`;case"traces":return S`<study-traces .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-traces>`;case"export":return S`<study-export .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-export>`;case"participants":return S`<study-participants .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-participants>`;case"quarantine":return S`<study-quarantine .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-quarantine>`;case"sessions":return S`<study-sessions .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-sessions>`;case"import":return S`<study-import .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-import>`;case"codebook":return S`<study-codebook .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-codebook>`;case"settings":return S`<study-settings .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}
          @study-changed=${e=>this.study=e.detail}></study-settings>`;case void 0:return Tt;default:return S`<div class="empty"><h2>${oe("problem.notfound")}</h2></div>`}}};customElements.define("study-page",ze);var We=class extends mi{render(){let[n]=this.path;return n!==void 0?Je`<study-page .path=${this.path} .query=${this.query} .me=${this.me}></study-page>`:this.query.get("do")==="create"?Je`<study-create .path=${this.path} .query=${this.query} .me=${this.me}></study-create>`:Je`<study-list .path=${this.path} .query=${this.query} .me=${this.me}></study-list>`}view(){}};pi("studies",We);
