using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Access;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Modules;
using Sillage.Storage;

namespace Sillage.Hosting.Tests.Playground;

/// <summary>A module with one route for each thing that hosting does.</summary>
public sealed class PlaygroundModule : IModule
{
    public string Name => "playground";

    public IReadOnlyList<Permission> Permissions => [Administer];

    internal static Permission Administer { get; } = new("playground.administer");

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<PlaygroundModule>("playground");
        services.AddSingleton<IIdentityAuthority, PlaygroundAuthority>();
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/playground").WithTags("Playground");
        group
            .MapPost("/boats", (Body<Boat> body) => Reply.Ok(body.Value))
            .AllowAnonymous()
            .WithSummary("Reads a boat and shows what was read");
        group
            .MapPost("/measures", (Body<Measure> body) => Reply.Ok(body.Value))
            .AllowAnonymous()
            .WithSummary("Reads a measure and shows what was read");
        group
            .MapPost("/anything", (Body<JsonElement> body) => Reply.Ok(body.Value))
            .AllowAnonymous()
            .WithSummary("Shows what was read");
        group
            .MapPatch("/boats/1", (MergePatch<Boat> patch) => Reply.Ok(patch.Apply(Boat.Example)))
            .AllowAnonymous()
            .WithSummary("Changes a boat");
        Things.Map(group);
        Oddities.Map(group);
    }
}

/// <summary>A boat.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Crew">Who rows.</param>
/// <param name="Length">In metres.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Tags">Free words.</param>
/// <param name="Extra">Anything.</param>
public sealed record Boat(
    [property: StringLength(40, MinimumLength = 1)] string Name,
    [property: Length(1, 9)] IReadOnlyList<Rower> Crew,
    [property: Range(1.0, 100.0)] double? Length = null,
    BoatKind Kind = BoatKind.Single,
    IReadOnlyList<string>? Tags = null,
    JsonElement? Extra = null
)
{
    public static Boat Example { get; } = new("wake", [new Rower("ann", 1)], 8.2, BoatKind.CoxlessFour);
}

/// <summary>A rower.</summary>
/// <param name="Name">The name.</param>
/// <param name="Seat">The seat, from the bow.</param>
public sealed record Rower([StringLength(20, MinimumLength = 2)] string Name, int Seat) : IValidatableObject
{
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Name == "cox" && Seat != 9)
        {
            yield return new ValidationResult("A cox sits last.", [nameof(Seat)]);
        }
    }
}

/// <summary>A kind of boat.</summary>
public enum BoatKind
{
    Single,
    CoxlessFour,
}

/// <summary>Every kind of leaf.</summary>
public sealed record Measure(
    Guid? Id = null,
    DateTimeOffset? At = null,
    byte? Small = null,
    long? Large = null,
    double? Real = null,
    decimal? Exact = null,
    bool? Flag = null,
    IReadOnlyDictionary<string, double>? Values = null
);

public sealed class PlaygroundAuthority(Permissions permissions) : IIdentityAuthority
{
    public static readonly Guid Alice = new("01933800-0000-7000-8000-000000000001");

    public ValueTask<CredentialCheck> CheckTokenAsync(string token, CancellationToken ct) =>
        new(token is "alice" or "bob" ? Accept(token) : CredentialCheck.Refused("The token has expired."));

    public ValueTask<CredentialCheck> CheckPasswordAsync(
        string username,
        string password,
        System.Net.IPAddress? from,
        CancellationToken ct
    ) =>
        new(
            username is "alice" && password is "correct-horse-battery"
                ? Accept(username)
                : CredentialCheck.Refused("The user name or the password is wrong.")
        );

    public ValueTask<CredentialCheck> CheckApiKeyAsync(string key, CancellationToken ct) =>
        new(key is "sillage_alice" ? Accept("alice") : CredentialCheck.Refused("The API key is not valid."));

    private CredentialCheck Accept(string name) =>
        CredentialCheck.Accepted(
            new Caller(
                name == "alice" ? Alice : new Guid("01933800-0000-7000-8000-000000000002"),
                name,
                name == "alice" ? Role.Administrator : Role.Member,
                permissions.Of(name == "alice" ? Role.Administrator : Role.Member),
                CredentialKind.Session,
                null
            )
        );
}
