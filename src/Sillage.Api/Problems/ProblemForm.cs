using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Sillage.Api.Problems;

/// <summary>
/// The form of errors on routes whose clients are older than RFC 9457: an object with a text or two. Everything that goes wrong
/// there, in the handler or on the way to it, is told like this, and described like this.
/// </summary>
/// <param name="Covers">
/// Whether an address is among them: where the framework refuses a method or a media type, there is no endpoint to ask.
/// </param>
/// <param name="Member">The name of the member, by status.</param>
/// <param name="Text">What it says.</param>
public sealed record ProblemForm(Func<PathString, bool> Covers, Func<int, string> Member, Func<Problem, string> Text)
{
    /// <summary>A second member, by its name and what it says; null for none.</summary>
    public (string Member, Func<Problem, string> Text)? Further { get; init; }

    /// <summary>The name of the member that has the status as a number; null for none.</summary>
    public string? Status { get; init; }
}

/// <summary>Gives routes a form of errors of their own.</summary>
public static class ProblemForms
{
    /// <summary>Tells every problem at the addresses that <paramref name="form"/> covers in this form.</summary>
    public static IServiceCollection AddProblemForm(this IServiceCollection services, ProblemForm form) =>
        services.AddSingleton(form);

    /// <summary>Describes every problem of these routes in <paramref name="form"/>.</summary>
    public static TBuilder WithProblemForm<TBuilder>(this TBuilder routes, ProblemForm form)
        where TBuilder : IEndpointConventionBuilder => routes.WithMetadata(form);
}
