using System.Text;
using System.Text.Json;
using Shouldly;
using Sillage.SocketIO.Backplane;
using Xunit;

namespace Sillage.Specifications.SocketIO;

/// <summary>What every backplane of the Socket.IO server does. One subclass per backplane.</summary>
public abstract class BackplaneSpecification
{
    private static readonly BackplaneTarget All = new([], []);

    /// <summary>One process's end of a cluster that is this test's own.</summary>
    protected abstract ValueTask<IBackplane> ConnectAsync();

    [Fact]
    public async Task An_event_reaches_every_other_process_and_not_its_own()
    {
        var (a, b, c) = (await JoinAsync(), await JoinAsync(), await JoinAsync());
        await a.Backplane.BroadcastAsync("/", All, Event("""["hello",1]"""));
        await b.ExpectAsync("""/ [] [] ["hello",1]""");
        await c.ExpectAsync("""/ [] [] ["hello",1]""");
        await b.Backplane.BroadcastAsync("/", All, Event("""["back"]"""));
        await a.ExpectAsync("""/ [] [] ["back"]""");
        await c.ExpectAsync("""/ [] [] ["back"]""");
        await EndAsync(a, b, c);
    }

    [Fact]
    public async Task Rooms_exceptions_and_namespaces_arrive_as_they_were_sent()
    {
        var (a, b) = (await JoinAsync(), await JoinAsync());
        await a.Backplane.BroadcastAsync("/chat", new BackplaneTarget(["r1", "r 2,#"], ["x"]), Event("""["m"]"""));
        await b.ExpectAsync("""/chat [r1|r 2,#] [x] ["m"]""");
        await a.Backplane.BroadcastAsync("/chat", new BackplaneTarget(["one"], []), Event("""["m"]"""));
        await b.ExpectAsync("""/chat [one] [] ["m"]""");
        await EndAsync(a, b);
    }

    [Theory]
    [InlineData("""["m",1,-1,0,127,128,255,256,65535,65536,2147483648,-129,-32769,9007199254740991,1.5,-0.25]""")]
    [InlineData("""["m","","a","é😀","\"\\\n",null,true,false,[],{},{"a":{"b":[1,{"c":null}]}}]""")]
    public async Task Values_of_every_kind_arrive(string arguments)
    {
        var (a, b) = (await JoinAsync(), await JoinAsync());
        await a.Backplane.BroadcastAsync("/", All, Event(arguments));
        await b.ExpectAsync("/ [] [] " + arguments);
        await EndAsync(a, b);
    }

    [Fact]
    public async Task Bytes_arrive_at_the_places_where_they_were()
    {
        var (a, b) = (await JoinAsync(), await JoinAsync());
        await a.Backplane.BroadcastAsync(
            "/",
            All,
            new BackplaneEvent(
                """["m",{"_placeholder":true,"num":0},{"x":[{"_placeholder":true,"num":1}]}]"""u8.ToArray(),
                [new byte[] { 1, 2 }, new byte[300]],
                IsVolatile: true
            )
        );
        await b.ExpectAsync(
            """/ [] [] ["m",{"_placeholder":true,"num":0},{"x":[{"_placeholder":true,"num":1}]}] 2 bytes 300 bytes volatile"""
        );
        await EndAsync(a, b);
    }

    [Fact]
    public async Task Large_texts_arrive()
    {
        var (a, b) = (await JoinAsync(), await JoinAsync());
        foreach (var length in new[] { 31, 32, 255, 256, 65_535, 65_536, 300_000 })
        {
            var arguments = $"[\"m\",\"{new string('x', length)}\"]";
            await a.Backplane.BroadcastAsync("/", All, Event(arguments));
            await b.ExpectAsync("/ [] [] " + arguments);
        }

        await EndAsync(a, b);
    }

    [Fact]
    public async Task What_a_process_sends_keeps_its_order()
    {
        var (a, b) = (await JoinAsync(), await JoinAsync());
        var sent = new List<Task>();
        for (var i = 0; i < 500; i++)
        {
            // One after another, whether the one before has arrived or not.
            sent.Add(a.Backplane.JoinAsync("/n", All, [$"{i}"]).AsTask());
            sent.Add(a.Backplane.BroadcastAsync("/", All, Event($"[\"n\",{i}]")).AsTask());
        }

        await Task.WhenAll(sent);
        for (var i = 0; i < 500; i++)
        {
            await b.ExpectAsync($"join /n [] [] {i}");
            await b.ExpectAsync($"/ [] [] [\"n\",{i}]");
        }

        await EndAsync(a, b);
    }

    [Fact]
    public async Task Others_are_told_to_enter_and_leave_rooms_and_to_go()
    {
        var (a, b) = (await JoinAsync(), await JoinAsync());
        await a.Backplane.JoinAsync("/n", new BackplaneTarget(["r"], ["x"]), ["s", "t"]);
        await b.ExpectAsync("join /n [r] [x] s,t");
        await a.Backplane.LeaveAsync("/n", new BackplaneTarget(["r"], []), ["s"]);
        await b.ExpectAsync("leave /n [r] [] s");
        await a.Backplane.DisconnectAsync("/n", All, close: true);
        await b.ExpectAsync("disconnect /n [] [] True");
        await a.Backplane.DisconnectAsync("/n", new BackplaneTarget(["r"], []), close: false);
        await b.ExpectAsync("disconnect /n [r] [] False");
        await EndAsync(a, b);
    }

    [Fact]
    public async Task A_process_hears_nothing_before_it_came_nor_after_it_left()
    {
        var (a, b) = (await JoinAsync(), await JoinAsync());
        await a.Backplane.BroadcastAsync("/", All, Event("""["early"]"""));
        await b.ExpectAsync("""/ [] [] ["early"]""");
        var c = await JoinAsync();
        await b.Backplane.LeaveClusterAsync(b);
        await a.Backplane.BroadcastAsync("/", All, Event("""["late"]"""));
        await c.ExpectAsync("""/ [] [] ["late"]""");
        b.Heard.ShouldBeEmpty();
        await EndAsync(a, c);
    }

    [Fact]
    public async Task Acknowledgements_of_every_process_come_back()
    {
        var (a, b, c) = (await JoinAsync(), await JoinAsync(), await JoinAsync());
        b.Answers = ["""["yes"]""", """[{"_placeholder":true,"num":0}]"""];
        c.Answers = ["[]"];
        var heard = new Collected();
        await a.Backplane.BroadcastWithAckAsync(
            "/n",
            new BackplaneTarget(["r"], ["x"]),
            Event("""["ready?",1]"""),
            TimeSpan.FromMinutes(1),
            heard
        );
        await b.ExpectAsync("""asked /n [r] [x] ["ready?",1] within 00:01:00""");
        await c.ExpectAsync("""asked /n [r] [x] ["ready?",1] within 00:01:00""");
        await heard.ExpectAsync(
            processes: 2,
            clients: 3,
            "\"yes\"",
            "{\"_placeholder\":true,\"num\":0} 2 bytes",
            "none"
        );
        await EndAsync(a, b, c);
    }

    [Fact]
    public async Task Everybody_tells_who_is_there()
    {
        var (a, b, c) = (await JoinAsync(), await JoinAsync(), await JoinAsync());
        b.Sockets = ["s1", "s2"];
        var sockets = await a.Backplane.FetchSocketsAsync("/n", new BackplaneTarget(["r"], ["x"]), default);
        sockets.Select(s => s.Id).ShouldBe(["s1", "s2"], ignoreOrder: true);
        sockets[0].Rooms.ShouldBe([sockets[0].Id, "room"]);
        sockets[0].Data.GetProperty("score").GetInt32().ShouldBe(12);
        sockets[0].Handshake.GetProperty("address").GetString().ShouldBe("::1");
        await b.ExpectAsync("fetch /n [r] [x]");
        await c.ExpectAsync("fetch /n [r] [x]");
        await EndAsync(a, b, c);
    }

    [Fact]
    public async Task Programs_speak_to_one_another_and_answer()
    {
        var (a, b) = (await JoinAsync(), await JoinAsync());
        b.Answers = ["[42]"];
        await a.Backplane.ServerSideEmitAsync("/n", Event("""["hello",{"x":1}]"""));
        await b.ExpectAsync("""program /n ["hello",{"x":1}]""");
        var answers = await a.Backplane.ServerSideEmitWithAckAsync("/n", Event("""["how many"]"""), default);
        answers.Select(x => Encoding.UTF8.GetString(x.Span)).ShouldBe(["[42]"]);
        await b.ExpectAsync("""program /n ["how many"]""");
        await EndAsync(a, b);
    }

    [Fact]
    public async Task Nobody_else_is_nobody_to_wait_for()
    {
        var a = await JoinAsync();
        var heard = new Collected();
        await a.Backplane.BroadcastWithAckAsync("/n", All, Event("""["m"]"""), TimeSpan.FromMinutes(1), heard);
        await heard.ExpectAsync(processes: 0, clients: 0);
        (await a.Backplane.FetchSocketsAsync("/n", All, default)).ShouldBeEmpty();
        (await a.Backplane.ServerSideEmitWithAckAsync("/n", Event("""["m"]"""), default)).ShouldBeEmpty();
        await EndAsync(a);
    }

    private async Task<Node> JoinAsync()
    {
        var node = new Node(await ConnectAsync());
        await node.Backplane.JoinClusterAsync(node, TestContext.Current.CancellationToken);
        await node.Backplane.EnterNamespaceAsync("/n");
        return node;
    }

    private static async Task EndAsync(params Node[] nodes)
    {
        foreach (var node in nodes)
        {
            await node.Backplane.LeaveClusterAsync(node);
            node.Heard.ShouldBeEmpty();
        }
    }

    private static BackplaneEvent Event(string arguments) => new(Encoding.UTF8.GetBytes(arguments), [], false);

    /// <summary>A process that writes down what it hears.</summary>
    private sealed class Node(IBackplane backplane) : IBackplaneNode
    {
        private readonly System.Threading.Channels.Channel<string> _heard =
            System.Threading.Channels.Channel.CreateUnbounded<string>();

        public IBackplane Backplane => backplane;

        public IEnumerable<string> Heard
        {
            get
            {
                while (_heard.Reader.TryRead(out var line))
                {
                    yield return line;
                }
            }
        }

        public async Task ExpectAsync(string line)
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            (await _heard.Reader.ReadAsync(timeout.Token)).ShouldBe(line);
        }

        public void OnBroadcast(string @namespace, BackplaneTarget target, BackplaneEvent message) =>
            Write(
                $"{@namespace} {Text(target)} {Encoding.UTF8.GetString(message.Arguments.Span)}"
                    + string.Concat(message.Attachments.Select(a => $" {a.Length} bytes"))
                    + (message.IsVolatile ? " volatile" : "")
            );

        public void OnJoin(string @namespace, BackplaneTarget target, IReadOnlyList<string> rooms) =>
            Write($"join {@namespace} {Text(target)} {string.Join(',', rooms)}");

        public void OnLeave(string @namespace, BackplaneTarget target, IReadOnlyList<string> rooms) =>
            Write($"leave {@namespace} {Text(target)} {string.Join(',', rooms)}");

        public void OnDisconnect(string @namespace, BackplaneTarget target, bool close) =>
            Write($"disconnect {@namespace} {Text(target)} {close}");

        /// <summary>What its clients acknowledge, and its program answers.</summary>
        public string[] Answers { get; set; } = [];

        public string[] Sockets { get; set; } = [];

        public void OnBroadcastWithAck(
            string @namespace,
            BackplaneTarget target,
            BackplaneEvent message,
            TimeSpan? timeout,
            Action<int> clients,
            Action<BackplaneEvent> answer
        )
        {
            Write(
                $"asked {@namespace} {Text(target)} {Encoding.UTF8.GetString(message.Arguments.Span)} within {timeout}"
            );
            clients(Answers.Length);
            foreach (var text in Answers)
            {
                ReadOnlyMemory<byte>[] bytes = text.Contains("_placeholder", StringComparison.Ordinal)
                    ? [new byte[] { 1, 2 }]
                    : [];
                answer(new BackplaneEvent(Encoding.UTF8.GetBytes(text), bytes, false));
            }
        }

        public IReadOnlyList<BackplaneSocket> OnFetchSockets(string @namespace, BackplaneTarget target)
        {
            Write($"fetch {@namespace} {Text(target)}");
            return
            [
                .. Sockets.Select(id => new BackplaneSocket(
                    id,
                    [id, "room"],
                    JsonElement.Parse("""{"score":12}"""),
                    JsonElement.Parse("""{"address":"::1"}""")
                )),
            ];
        }

        public IReadOnlyList<string> OnFetchRooms(string @namespace) => ["room"];

        public ValueTask<ReadOnlyMemory<byte>?> OnServerSideEmitAsync(string @namespace, BackplaneEvent message)
        {
            Write($"program {@namespace} {Encoding.UTF8.GetString(message.Arguments.Span)}");
            return ValueTask.FromResult<ReadOnlyMemory<byte>?>(Encoding.UTF8.GetBytes(Answers[0]));
        }

        private static string Text(BackplaneTarget target) =>
            $"[{string.Join('|', target.Rooms)}] [{string.Join('|', target.Except)}]";

        private void Write(string line) => _heard.Writer.TryWrite(line);
    }

    /// <summary>Writes down what is acknowledged.</summary>
    private sealed class Collected : IBackplaneAnswers
    {
        private readonly Lock _gate = new();
        private readonly List<string> _answers = [];
        private int? _processes;
        private int _clients;

        public void OnProcesses(int count) => _processes = count;

        public void OnClients(int count)
        {
            lock (_gate)
            {
                _clients += count;
            }
        }

        public void OnAnswer(BackplaneEvent arguments)
        {
            // A process may pass on nothing as null.
            var text = Encoding.UTF8.GetString(arguments.Arguments.Span)[1..^1];
            lock (_gate)
            {
                _answers.Add(
                    (text is "" or "null" ? "none" : text)
                        + string.Concat(arguments.Attachments.Select(a => $" {a.Length} bytes"))
                );
            }
        }

        public async Task ExpectAsync(int processes, int clients, params string[] answers)
        {
            for (var i = 0; i < 500 && !HasAll(); i++)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }

            _processes.ShouldBe(processes);
            _clients.ShouldBe(clients);
            _answers.ShouldBe(answers, ignoreOrder: true);

            bool HasAll()
            {
                lock (_gate)
                {
                    return _processes == processes && _clients == clients && _answers.Count == answers.Length;
                }
            }
        }
    }
}
