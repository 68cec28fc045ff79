using Sillage.SocketIO;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSocketIO(options => options.Recovery = new RecoveryOptions());
var app = builder.Build();
app.UseFileServer();
app.MapSocketIO("/socket.io", io => io.On("join", Join).On("say", Say).On("typing", Type).OnDisconnect(Leave));
await app.RunAsync();

static async Task<IEnumerable<string>> Join(ClientSocket socket, string room, string nickname)
{
    (socket.Data["room"], socket.Data["nickname"]) = (room, nickname);
    socket.Join(room);
    await Others(socket).EmitAsync("joined", nickname);
    return socket.Namespace.To(room).LocalSockets().Select(Nickname);
}

static ValueTask Say(ClientSocket socket, string text) => Others(socket).EmitAsync("said", Nickname(socket), text);

static ValueTask Type(ClientSocket socket) => Others(socket).Volatile.EmitAsync("typing", Nickname(socket));

static ValueTask Leave(ClientSocket socket) => Others(socket).EmitAsync("left", Nickname(socket));

static BroadcastOperator Others(ClientSocket socket) => socket.To(Kept(socket, "room"));

static string Nickname(ClientSocket socket) => Kept(socket, "nickname");

static string Kept(ClientSocket socket, string key) =>
    socket.Data.TryGetValue(key, out var value) ? (string)value! : "";
