using Microsoft.AspNetCore.Cors.Infrastructure;
using Sillage.SocketIO;
using Sillage.SocketIO.EngineIO;
using SocketIOEcho;

if (!EchoSettings.TryParse(args, out var settings, out var error))
{
    Console.Error.WriteLine(error);
    return args is ["--help" or "-h"] ? 0 : 2;
}

var builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls(settings.Port == 0 ? "http://127.0.0.1:0" : $"http://localhost:{settings.Port}");
builder.Services.AddEngineIO(Apply);
builder.Services.AddSocketIO(options =>
{
    Apply(options);
    options.ConnectTimeout = settings.ConnectTimeout;
});
var app = builder.Build();

app.MapEngineIO("/engine.io", new Echo());
app.MapSocketIO(
    "/socket.io",
    io =>
    {
        EchoEvents(io);
        EchoEvents(io.Of("/custom"));
    }
);
await app.RunAsync();
return 0;

static void EchoEvents(NamespaceBuilder ns) =>
    ns.OnConnection((ClientSocket socket) => socket.EmitAsync("auth", socket.Auth))
        .On("message", (ClientSocket socket, EventArguments all) => socket.EmitAsync("message-back", all))
        .On("message-with-ack", (EventArguments all) => all);

void Apply(EngineIOOptions options)
{
    options.PingInterval = settings.PingInterval;
    options.PingTimeout = settings.PingTimeout;
    options.MaxHttpBufferSize = settings.MaxHttpBufferSize;
    options.Cors = new CorsPolicyBuilder().AllowAnyOrigin().AllowAnyHeader().AllowAnyMethod().Build();
}
