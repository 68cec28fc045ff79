using Sillage.Servers.SocketIO;
using Sillage.SocketIO;

if (args.Contains("--product"))
{
    await Product.RunAsync(args);
    return;
}

// What benchmarks/peers/socketio does on Node, with this library. The pool's threads do not spin (runtimeconfig.template.json),
// as the library's README advises for few processors.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.AddSocketIO();
if (args.Contains("--own-transport"))
{
    builder.WebHost.UseSocketIOTransport();
}

var app = builder.Build();
app.MapSocketIO("/socket.io", Product.Map);
app.MapGet("/memory", (bool collect) => new { heap = GC.GetTotalMemory(collect) });
await app.RunAsync();
