using System.Globalization;
using System.Text;
using Shouldly;
using Sillage.Traces.Fuzz;
using Sillage.Traces.Intake;
using Xunit;

namespace Sillage.Traces.Tests.Intake;

/// <summary>
/// What reading a body allocates, to the byte: a fixed part for the batch, and the list of traces as it grows. The budgets
/// are a quarter above what was measured on 20 November 2026; what needs more has to be worth it (docs/performance.md).
/// </summary>
public sealed class ParserAllocationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 1300)]
    [InlineData(100, 390)]
    public void Reading_traces_keeps_to_its_budget(int count, int budget)
    {
#if DEBUG
        Assert.Skip("Only optimised code is measured.");
#endif
        var body = Encoding.UTF8.GetBytes("[" + string.Join(',', Enumerable.Range(0, count).Select(TraceNumber)) + "]");
        var study = KnownStudy.Create();
        var options = new TracesOptions();
        var now = new DateTimeOffset(2026, 11, 20, 9, 30, 0, TimeSpan.Zero);
        var least = long.MaxValue;
        // Until the code is optimised, and then some, in case anything else got in between.
        for (var round = 0; round < 30; round++)
        {
            const int Times = 100;
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var time = 0; time < Times; time++)
            {
                TraceParser
                    .TryParse(body, BatchForm.Json, study, new Sender(false, 1), options, now, out _, out _)
                    .ShouldBeTrue();
            }

            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / Times / count);
            Thread.Sleep(10);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count}: {least} bytes a trace"));
        least.ShouldBeLessThanOrEqualTo(budget);
    }

    private static string TraceNumber(int number) =>
        $$$"""{"id":"{{{Guid.CreateVersion7()}}}","timestamp":"2026-11-20T09:30:00.250Z","session":"s-1","sequence":{{{number}}},"name":"answered","data":{"room":"loops","level":1,"score":0.5,"correct":true}}""";
}
