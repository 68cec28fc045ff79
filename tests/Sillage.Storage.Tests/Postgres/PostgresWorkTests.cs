using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Xunit;

namespace Sillage.Storage.Tests.Postgres;

/// <summary>On PostgreSQL several processes share one queue.</summary>
public sealed class PostgresWorkTests(PostgresServer server) : WorkSpecification
{
    [Fact]
    public async Task Two_servers_do_each_job_once_and_keep_to_one_limit()
    {
        await using var other = await StartAsync();
        Script.Outside = (_, _, ct) => Task.Delay(20, ct);
        var names = Enumerable.Range(0, 40).Select(number => $"{number:00}").ToArray();

        await Task.WhenAll(
            names.Select(
                (name, index) =>
                    (index % 2 == 0 ? Database : other.Database<SpecimenModule>()).WriteAsync(
                        Enqueue(name),
                        CancellationToken.None
                    )
            )
        );

        await Eventually.HoldsAsync(async () => (await Database.NamesAsync()).Length == names.Length);
        Script.Begun.Order().ShouldBe(names);
        Script.Most.ShouldBeLessThanOrEqualTo(Limit);
    }

    [Fact]
    public async Task A_job_of_a_process_that_is_not_heard_of_is_taken_over()
    {
        // Taken as by a process that died.
        await Database.WriteAsync(
            unit =>
                unit.ExecuteAsync(
                    """
                    INSERT INTO sillage_job (id, kind, arguments, queued_at, due_at, attempts, lease, leased_until)
                    VALUES (gen_random_uuid(), 'errand.run', '{"name":"orphan"}', now(), now(), 1, gen_random_uuid(),
                      now() + interval '1 s')
                    """
                ),
            CancellationToken.None
        );

        await DoneAsync("orphan");
    }

    [Fact]
    public async Task A_job_that_takes_long_stays_with_its_process()
    {
        await using var other = await StartAsync();
        // Longer than a lease.
        Script.Outside = (_, _, ct) => Task.Delay(2500, ct);

        await EnqueueAsync("long");

        await DoneAsync("long");
        Script.Begun.ShouldBe(["long"]);
    }

    [Fact]
    public async Task Who_has_lost_a_job_leaves_no_effect()
    {
        var lost = false;
        Script.Outside = async (_, _, _) =>
        {
            if (!lost)
            {
                lost = true;
                // As when this process had stood still, and another one had taken the job over.
                await Database.WriteAsync(
                    unit => unit.ExecuteAsync("UPDATE sillage_job SET lease = gen_random_uuid(), leased_until = now()"),
                    CancellationToken.None
                );
            }
        };
        var effects = 0;
        Script.Result = errand =>
            Sillage.Storage.Work.WorkResult.With(unit =>
            {
                effects++;
                return unit.AddAsync(Specimen.Called(errand.Name));
            });

        await EnqueueAsync("a");

        await DoneAsync("a");
        Script.Begun.Count.ShouldBe(2);
        effects.ShouldBe(1);
    }

    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();
}
