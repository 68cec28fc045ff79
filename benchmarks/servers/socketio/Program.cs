using Sillage.SocketIO;

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
app.MapSocketIO(
    "/socket.io",
    io =>
        io.On("join", (ClientSocket socket, string room) => socket.Join(room))
            .On(
                "say",
                (ClientSocket socket, string room, string text) => socket.Namespace.To(room).EmitAsync("said", text)
            )
);
app.MapGet("/memory", (bool collect) => new { heap = GC.GetTotalMemory(collect) });
await app.RunAsync();
