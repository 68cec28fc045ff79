import{ago as f,api as u,bytes as h,definePage as B,duration as A,html as d,nothing as g,number as $,Page as y,svg as q,t as e,time as H}from"./kit.js";import{send as x}from"./kit.js";async function b(){let l=await x("GET","/metrics",void 0,{quiet:!0,headers:{Accept:"text/plain"}}),c=new Map;for(let r of(await l.text()).split(`
`)){let t=/^([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)/.exec(r),s=t?Number(t[2]):Number.NaN;t&&Number.isFinite(s)&&c.set(t[1],(c.get(t[1])??0)+s)}return{at:performance.now(),values:c}}function v(l,c,r){let[t,s]=[c.values.get(l)??0,r.values.get(l)??0];return 1e3*(s<t?s:s-t)/Math.max(1,r.at-c.at)}var k=async()=>(await fetch("/health")).json();var j=3e3,w=100,_=7*864e5,m=class extends y{constructor(){super();this.hands=[];this.timer=0;this.watch=async()=>{try{let r=await b(),{last:t}=this;if(t){let s=v("http_server_request_duration_seconds_count",t,r);this.rates=[...this.rates,{traces:v("sillage_traces_stored_total",t,r),requests:s}].slice(-w)}this.last=r}catch{}this.isConnected&&(this.timer=window.setTimeout(this.watch,j))};this.rates=[]}static{this.properties={...y.properties,rates:{state:!0}}}connectedCallback(){super.connectedCallback(),this.can("metrics.read")&&this.watch()}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.timer)}async load(){let[r,t,s,a,n,i]=await Promise.all([u.get("/api/v1/server"),k(),this.can("backups.manage")?u.get("/api/v1/backups",{quiet:!0}):void 0,this.can("jobs.manage")?u.get("/api/v1/jobs?state=parked&limit=50",{quiet:!0}):void 0,this.can("events.manage")?u.get("/api/v1/events/parked?limit=50",{quiet:!0}):void 0,u.get("/api/v1/server/log?level=error&limit=100",{quiet:!0})]);[this.server,this.health,this.backups]=[r,t,s],this.hands=[...this.findHands(a?.items.length??0,n?.items.length??0,i.items.length)]}*findHands(r,t,s){let a=(i,o,p)=>({text:i,href:`/console/server/${o}`,action:p});for(let[i,o]of Object.entries(this.health.checks))o.status!=="healthy"&&(yield a(e(`hand.${o.status}`,{name:i}),"log",e("hand.log")));r>0&&(yield a(e("hand.jobs",{n:r}),"jobs",e("hand.jobs.action"))),t>0&&(yield a(e("hand.events",{n:t}),"jobs",e("hand.jobs.action")));let{disk:n}=this.server;if(n&&n.freeBytes<n.totalBytes/10&&(yield a(e("hand.disk",{free:h(n.freeBytes)}),"backups",e("hand.backups"))),this.backups){let[i]=this.backups.items;i?Date.now()-Date.parse(i.createdAt)>_&&(yield a(e("hand.oldbackup",{ago:f(i.createdAt)}),"backups",e("hand.backups"))):yield a(e("hand.nobackup"),"backups",e("hand.backups"));for(let o of this.backups.items)o.check?.fault&&(yield a(e("hand.badbackup",{name:o.name}),"backups",e("hand.backups")))}s>0&&(yield a(e("hand.errors",{n:s}),"log?level=error",e("hand.log")))}view(){let{health:r,server:t}=this;if(!r||!t)return d`<p class="loading">${e("loading")}</p>`;let s=this.backups?.items[0];return d`
      <div class="head"><h1>${e("overview.title")}</h1><button type="button" class="quiet" @click=${()=>this.reload()}>${e("reload")}</button></div>
      <section class=${this.hands.length?"card hands":"card"}>
        <h2>${e("overview.hand")}</h2>
        ${this.hands.length===0?d`<p class="good">${e("overview.hand.none")}</p>`:d`<ul class="hand">${this.hands.map(a=>d`<li><span>${a.text}</span><a class="button" href=${a.href}>${a.action}</a></li>`)}</ul>`}
      </section>
      <dl class="tiles">
        ${this.rateTile(e("overview.traces"),a=>a.traces)}
        ${this.rateTile(e("overview.requests"),a=>a.requests)}
        <div class="tile"><dt>${e("overview.data")}</dt><dd>${h(t.dataBytes)}</dd>
          ${t.disk?d`<dd class="help">${e("overview.disk",{free:h(t.disk.freeBytes),total:h(t.disk.totalBytes)})}
            <progress class="track" max=${t.disk.totalBytes} value=${t.disk.totalBytes-t.disk.freeBytes} aria-label=${e("overview.disk.used")}></progress></dd>`:g}
        </div>
        ${this.backups?d`<div class="tile"><dt>${e("overview.backup")}</dt><dd>${s?f(s.createdAt):e("never")}</dd>
          <dd class="help"><a href="/console/server/backups">${s?d`${H(s.createdAt)}, ${h(s.length)}`:e("hand.backups")}</a></dd></div>`:g}
        <div class="tile"><dt>${e("overview.up")}</dt><dd>${A((Date.now()-Date.parse(t.startedAt))/1e3)}</dd><dd class="help">${e("overview.version",{version:t.version})}</dd></div>
      </dl>
      <section class="card">
        <h2>${e("server.health")}</h2>
        <ul class="parts">
          ${Object.entries(r.checks).map(([a,n])=>d`<li>
            <span><span class="dot ${n.status}" aria-hidden="true"></span>${a}</span>
            <span class=${n.status==="healthy"?"help":"problem"}>${e(`health.${n.status}`)}</span>
          </li>`)}
        </ul>
      </section>
    `}rateTile(r,t){if(!this.can("metrics.read"))return g;let s=this.rates.map(t),a=Math.max(...s,1),n=s.map((o,p)=>`${(100-(s.length-1-p)*(100/(w-1))).toFixed(2)},${(28-26*o/a).toFixed(2)}`).join(" "),i=s.at(-1);return d`<div class="tile"><dt>${r}</dt>
      <dd>${i===void 0?"…":$(i,i<10?1:0)}</dd>
      <dd class="spark"><svg viewBox="0 0 100 30" preserveAspectRatio="none" role="img" aria-label=${e("overview.line",{label:r,top:$(a,1)})}>
        ${q`<polyline points=${n} />`}
      </svg></dd>
    </div>`}};B("overview",m);
