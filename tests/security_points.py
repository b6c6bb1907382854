"""What a door that holds consists of, point by point, and the tests that show each.

`POINTS`: area -> (point, tests), a test as `file::name` below `tests/`. `MISSING`: what does not exist yet,
and why nothing can show it.
"""
from __future__ import annotations

POINTS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "people": (
        ("passwords and tokens are kept as slow hashes; the first is a token, printed once", (
            "web/test_access.py::passwords_and_tokens_are_kept_as_hashes_only",
            "web/test_access.py::a_token_sets_the_password_once")),
        ("guessing locks the address that guesses, and ends in 429, without Redis", (
            "web/test_access.py::five_wrong_passwords_lock_the_account_for_their_address_for_a_quarter_of_an_hour",
            "web/test_access.py::a_wrong_password_and_an_unknown_address_read_alike_and_end_in_429")),
        ("sign-in makes a new session, sign-out ends it on the server", (
            "web/test_access.py::the_session_is_a_new_one_after_sign_in",
            "web/test_access.py::signing_out_ends_the_session_on_the_server")),
        ("a session ends after half an hour of silence and after twelve hours", (
            "web/test_access.py::an_idle_session_ends_after_half_an_hour",
            "web/test_access.py::a_busy_session_ends_after_twelve_hours")),
        ("the cookie is bound to its host, out of reach of scripts, and only sent where it is safe", (
            "web/test_access.py::the_cookie_is_bound_to_this_host_and_hidden_from_scripts",
            "web/test_access.py::a_password_sent_over_plain_http_is_refused_with_the_reason")),
        ("sending again after the kill switch asks for the password", (
            "web/test_sending.py::sending_again_takes_the_password",)),
        ("a change needs its own form's token and comes from our own page", (
            "web/test_access.py::a_form_from_elsewhere_changes_nothing",
            "web/test_access.py::a_form_without_its_token_changes_nothing")),
        ("every answer carries the headers; no page has a script of its own", (
            "web/test_access.py::every_answer_carries_the_headers",
            "web/test_access.py::no_page_holds_a_script_or_style_of_its_own")),
        ("forwarded headers count only behind an announced proxy", (
            "web/test_access.py::a_proxys_word_counts_only_when_a_proxy_was_announced",)),
        ("every route names its roles, and one without is closed", (
            "web/test_access.py::every_route_says_who_may_use_it",
            "web/test_access.py::a_view_without_a_policy_is_closed")),
        ("one company sees nothing of another", (
            "web/test_access.py::another_companys_tickets_are_not_there",
            "web/test_access.py::a_session_of_another_company_opens_nothing")),
        ("people are removed, changed and signed out, the last owner after two questions", (
            "workers/test_users_commands.py::a_removed_person_is_signed_out_and_nothing_of_theirs_opens_a_door",
            "workers/test_users_commands.py::the_last_owner_is_asked_about_twice")),
    ),
    "records": (
        ("the audit log is a chain that shows what was changed or cut out", (
            "web/test_access.py::a_changed_or_removed_audit_row_shows",
            "web/test_access.py::only_auditors_admins_and_owners_read_the_audit_log")),
        ("each desk's ledger is a chain that still verifies after an erasure", (
            "store/test_ledger.py::each_kind_of_tampering_is_found",
            "store/test_ledger.py::texts_come_back_while_their_person_is_known_and_are_gone_when_erased")),
        ("a policy that does not hold is never kept, whatever stands in it", (
            "store/test_small_tables.py::a_policy_that_does_not_hold_is_never_kept",
            "config/test_hostile_policy.py::every_key_takes_every_hostile_value_or_refuses_it_in_a_sentence")),
        ("the kill switch stops real workers in two seconds, and is asked before each call", (
            "flow/test_kill_switch.py::real_workers_stop_within_two_seconds_and_go_on_afterwards",
            "flow/test_kill_switch.py::it_is_asked_once_more_after_the_last_look_at_the_ticket")),
    ),
    "keys": (
        ("secrets are sealed at rest, and no page shows one", (
            "store/test_people.py::no_secret_and_no_sentence_stands_in_any_column",
            "web/test_console.py::the_desks_page_tells_how_each_stands_and_nothing_of_its_secret")),
        ("a sealing key can be changed", (
            "store/test_hosts.py::a_sealing_key_is_changed_by_giving_both_for_a_while",)),
        ("a first start makes keys for us alone; a shared database has none made up; open ones are refused", (
            "config/test_keys.py::the_first_start_makes_keys_that_only_we_can_read_and_the_second_finds_them",
            "config/test_keys.py::with_a_database_of_many_machines_no_key_is_made_up",
            "config/test_keys.py::keys_that_others_can_read_are_refused")),
        ("files of the house are closed to other accounts", (
            "test_private.py::a_fresh_start_leaves_nothing_open",)),
        ("the public address is https, and never taken from a request", (
            "config/test_settings.py::a_public_address_is_https_or_this_machine",
            "test_security_points.py::no_page_takes_an_address_from_the_request")),
        ("two signing secrets are good while one replaces the other", (
            "connectors/test_shared_deliveries.py::two_secrets_are_good_while_one_replaces_the_other",)),
        ("nothing secret, personal or signed is in a log, a metric, arguments, environments or Redis", (
            "test_planted.py::what_was_planted_stands_in_no_log_after_any_failure",
            "flow/test_all_at_once.py::all_at_once_two_hundred_customers_are_answered_and_nothing_planted_is_found")),
    ),
    "what comes in": (
        ("signatures are checked over the bytes as they came", (
            "flow/test_gate.py::the_same_body_written_anew_is_not_the_signed_one",
            "connectors/test_signing.py::a_changed_byte_is_refused")),
        ("the order that the vendor gave up, and its published secret, are refused", (
            "connectors/test_signing.py::the_superseded_order_of_body_and_timestamp_is_refused",
            "connectors/test_signing.py::the_published_test_secret_is_no_secret_in_production")),
        ("a signature is good for five minutes, and a delivery is known again", (
            "connectors/test_signing.py::a_signature_is_good_for_five_minutes_either_way",
            "flow/test_forged.py::a_replay_is_a_duplicate_while_its_stamp_is_young_and_refused_when_it_is_old")),
        ("without a secret nothing passes", (
            "connectors/test_shared_deliveries.py::a_delivery_without_a_configured_secret_is_503_and_never_passes",)),
        ("no form of header or body is an error of ours", (
            "flow/test_gate.py::no_header_and_no_body_breaks_the_door",
            "connectors/test_signing.py::a_signature_of_another_form_is_refused_and_never_an_error")),
        ("a desk that cannot sign sends a long secret in a header, and its ticket is read again", (
            "connectors/freshdesk/test_inbound.py::a_wrong_secret_of_any_form_is_401",
            "connectors/freshdesk/test_install.py::the_secret_is_long_and_each_installations_own",
            "connectors/freshdesk/test_inbound.py::the_ticket_is_named_and_everything_else_is_passed_over")),
        ("each kind of refusal has its status, and a copy is a 200", (
            "flow/test_gate.py::the_same_delivery_again_is_200_and_known",
            "flow/test_hostile.py::unsigned_compressed_oversized_and_unknown_are_refused")),
        ("size, depth and ambiguous JSON are refused before they cost anything", (
            "flow/test_gate.py::a_body_that_is_too_large_is_refused_before_it_is_read",
            "connectors/test_bodies.py::what_json_leaves_open_is_refused_with_400")),
        ("a flood without a signature asks the database nothing and takes no memory", (
            "flow/test_gate.py::a_flood_without_a_signature_asks_the_database_nothing_and_signed_ones_are_kept_beside_it",
            "flow/test_stalled.py::memory_stays_flat_under_forged_deliveries")),
        ("stalled connections cost no thread", (
            "flow/test_stalled.py::deliveries_and_health_checks_pass_five_hundred_stalled_connections",)),
        ("what hides in a text is taken out and named, on the way in and out", (
            "core/test_clean.py::hidden_characters_are_taken_out_and_named",
            "flow/test_hostile.py::placeholders_markup_and_hidden_characters_stay_text")),
        ("reading takes linear time", (
            "core/test_clean.py::a_long_hostile_text_takes_linear_time",
            "connectors/test_mailtext.py::hostile_markup_takes_no_time",
            "core/test_flags.py::a_hostile_megabyte_takes_little_longer_than_plain_text")),
        ("each row of a source fails alone", (
            "knowledge/test_hostile_rows.py::figures",)),
        ("no route, command, setting or policy breaks on a value", (
            "web/test_hostile_routes.py::no_route_breaks_on_a_hostile_value",
            "workers/test_hostile_commands.py::no_command_breaks_on_a_hostile_value",
            "config/test_hostile_settings.py::every_variable_takes_every_hostile_value_or_refuses_it_by_name")),
    ),
    "what goes out": (
        ("calls have a deadline, a cap, no second try, no redirect, no proxy of the environment", (
            "connectors/test_http.py::l3_nothing_is_sent_twice",
            "connectors/test_http.py::l4_a_peer_that_drips_is_ended_by_the_total_deadline",
            "connectors/test_http.py::an_answer_over_the_cap_is_not_read_on",
            "connectors/test_http.py::zp11_a_redirect_is_an_error_and_is_not_followed",
            "connectors/test_http.py::the_environment_adds_neither_proxies_nor_credentials")),
        ("a desk is at its vendor's address and never at a private one", (
            "connectors/test_http.py::the_desks_own_address_must_match_the_vendors_pattern_from_end_to_end",
            "connectors/test_http.py::a_desk_is_never_at_a_private_address",
            "connectors/test_http.py::l8_the_wire_is_not_swapped_where_sandbox_desks_are_not_allowed")),
        ("no credential goes to another host", (
            "flow/test_attachments.py::no_call_goes_out_for_a_picture_or_a_file_on_another_host",)),
        ("a desk's placeholders are broken in everything we write", (
            "core/test_clean.py::no_placeholder_survives_and_nothing_visible_changes",
            "connectors/freshdesk/test_outbound.py::placeholders_are_broken_in_every_field",
            "connectors/zendesk/test_outbound.py::placeholders_are_text_to_the_desk_whatever_its_switches")),
        ("a note says that it is one", (
            "connectors/zendesk/test_outbound.py::a_note_is_never_public",
            "connectors/freshdesk/test_outbound.py::a_note_carries_the_reference_and_never_goes_to_the_customer")),
        ("links are built by code, from addresses of cited pages", (
            "core/test_cite.py::a_hostile_address_cannot_leave_its_attribute",
            "core/test_messages.py::the_html_holds_the_small_list_of_tags_and_nothing_else")),
        ("a cited page is looked at again before it is sent", (
            "flow/test_answered.py::a_cited_article_that_is_withdrawn_before_the_send_is_not_quoted",)),
        ("who was never heard of before gets a bounded number of replies", (
            "flow/test_limits.py::a_flood_of_people_nobody_has_heard_of_gets_no_more_replies_than_its_cap_and_holds_up_no_customer",)),
        ("the broker carries JSON and names of tasks, nothing of a ticket", (
            "workers/test_celery.py::the_setting_is_the_designs",
            "flow/test_all_at_once.py::all_at_once_two_hundred_customers_are_answered_and_nothing_planted_is_found")),
        ("a desk's sign-in may be a token that is renewed", (
            "connectors/zendesk/test_oauth.py::*",)),
    ),
    "the assistant": (
        ("a public answer is made of public pages alone", (
            "flow/test_hostile.py::agents_articles_are_never_quoted_to_a_customer",
            "knowledge/test_search.py::what_agents_may_read_never_answers_a_customer")),
        ("an unknown visibility is not public", (
            "knowledge/test_search.py::an_unknown_visibility_is_refused_not_widened",
            "knowledge/test_hostile_rows.py::however_it_is_written_a_page_for_agents_is_not_public")),
        ("each sentence stands word for word in the page it cites", (
            "core/test_rules.py::every_sentence_of_an_answer_is_a_span_of_the_page_it_cites",
            "core/test_cite.py::a_planted_sentence_is_found")),
        ("what customers and pages write stays text in note and page", (
            "core/test_note.py::what_customers_and_pages_write_stays_text",
            "web/test_console.py::text_from_outside_stays_text")),
        ("what must reach a person is decided by fixed rules before any search", (
            "core/test_rules.py::rules_before_the_search_decide_without_findings",
            "flow/test_floor.py::the_class_stands_in_the_note_and_the_sealed_text_alone")),
        ("no action on money or accounts is built, so none can be taken", (
            "core/test_limits_told.py::no_action_is_built_so_none_is_promised",)),
        ("what sends reaches nothing that decides", (
            "test_reach.py::what_sends_reaches_nothing_that_decides",)),
        ("another company's pages are not searched", (
            "knowledge/test_sync.py::another_tenant_sees_none_of_it",)),
        ("every message says that an AI writes and for whom, whatever is set", (
            "core/test_messages.py::every_message_says_that_an_ai_writes_for_whom_and_shows_the_way_to_a_person",
            "core/test_messages.py::no_configuration_takes_the_notice_or_the_way_out_away")),
    ),
    "supply": (
        ("every package is locked by its hash", (
            "test_security_points.py::every_locked_package_has_its_hash",)),
        ("a bill of materials names every package", (
            "test_sbom.py::every_locked_package_is_in_the_bill",)),
        ("a model's weights and an index are checked before they are loaded", (
            "knowledge/test_models.py::changed_weights_are_refused_before_anything_loads_them",
            "knowledge/test_search.py::a_damaged_index_is_refused_and_built_again_from_the_rows")),
    ),
}  # fmt: skip

MISSING = {
    "a second factor at sign-in (TOTP)": "not built",
    "a person's data exported, and a person erased, as a command and a page": "nothing offers it",
    "a policy put back to an earlier version by one press, with what differs": "export and import only",
    "an alarm when a planted page of a closed index surfaces": "no such pages",
    "when a signing secret ends, and when it was last used": "not recorded",
    "rows kept no longer than a bound per table": "no clean-up of old rows",
    "an audit of holes that counts only when no package was skipped": "no test without an index to reach",
}
