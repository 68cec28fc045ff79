using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text.Json;
using Sillage.Peers.Kestrel;

// The limit of the web server: reads the whole body, walks every token of its JSON and answers as Sillage does.
// Nothing is checked, authenticated or stored. With --table FILE and --workout NUMBER it answers what lies in the table of strokes, as it lies there.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
var app = builder.Build();
if (builder.Configuration["table"] is { } table)
{
    var number = builder.Configuration.GetValue<long>("workout");
    var readers = new ConcurrentBag<TableReader>();
    app.Run(async context =>
    {
        var reader = readers.TryTake(out var idle) ? idle : new TableReader(table, number);
        reader.Write(context.Response.BodyWriter);
        readers.Add(reader);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    });
    await app.RunAsync();
    return;
}

app.Run(static async context =>
{
    var reader = context.Request.BodyReader;
    ReadResult read;
    while (true)
    {
        read = await reader.ReadAsync(context.RequestAborted);
        if (read.IsCompleted)
        {
            break;
        }

        reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
    }

    var traces = read.Buffer.IsEmpty ? 0 : Count(read.Buffer);
    reader.AdvanceTo(read.Buffer.End);

    context.Response.StatusCode = StatusCodes.Status201Created;
    context.Response.ContentType = "application/json";
    Write(context.Response.BodyWriter, traces);
    await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
});
await app.RunAsync();

static int Count(ReadOnlySequence<byte> body)
{
    var json = new Utf8JsonReader(body);
    var traces = 0;
    var outermost = -1;
    while (json.Read())
    {
        if (json.TokenType == JsonTokenType.StartObject)
        {
            outermost = outermost < 0 ? json.CurrentDepth : outermost;
            traces += json.CurrentDepth == outermost ? 1 : 0;
        }
    }

    return traces;
}

static void Write(PipeWriter writer, int traces)
{
    writer.Write("{\"accepted\":"u8);
    var span = writer.GetSpan(16);
    traces.TryFormat(span, out var written);
    writer.Advance(written);
    writer.Write(",\"duplicates\":0,\"rejected\":[]}"u8);
}
